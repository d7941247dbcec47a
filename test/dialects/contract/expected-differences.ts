/**
 * Recordings that the gateway answers differently on purpose: why, and where. `200 -> 403` are the statuses, recorded and
 * answered; else it is the places in the body. With a star: replayed without what is refused of it.
 */
export type ExpectedDifference = { why: string; of: Readonly<Record<string, readonly string[]>> };

export const expectedDifferences: readonly ExpectedDifference[] = [
  {
    why: 'Not offered here, for the reason that the answer says',
    of: {
      '004': ['401 -> 403'],
      '005': ['200 -> 403'],
      '117': ['400 -> 403'],
      '118': ['200 -> 403'],
      '270': ['200 -> 403'],
      '271': ['200 -> 403'],
      '272': ['200 -> 403'],
      '273': ['200 -> 403'],
      '274': ['200 -> 403'],
      '275': ['200 -> 403'],
      '342': ['400 -> 403'],
      '411': ['200 -> 403'],
      '468': ['200 -> 403'],
      '469': ['200 -> 403'],
      '470': ['200 -> 403'],
      '471': ['200 -> 403'],
      '472': ['200 -> 403'],
      '473': ['200 -> 403'],
      '474': ['200 -> 403'],
      '475': ['200 -> 403'],
      '535': ['200 -> 403'],
      '536': ['301 -> 403'],
      '537': ['200 -> 403'],
    },
  },
  {
    why: 'A token is made here: `token` in a body is refused',
    of: {
      '018': ['201 -> 403'],
      '020': ['201 -> 403'],
      '060': ['201 -> 403'],
      '062': ['201 -> 403'],
      '509': ['201 -> 403'],
      '600': ['201 -> 403'],
    },
  },
  {
    why: 'A line without a phone has a number of its own, and that is asked for before anything else',
    of: {
      '017': ['201 -> 400'],
      '019': ['403 -> 400'],
      '022': ['body.response.message[]'],
      '023': ['201 -> 400'],
      '025': ['201 -> 400'],
      '030': ['403 -> 400'],
      '031': ['403 -> 400'],
      '508': ['403 -> 400'],
    },
  },
  {
    why: 'Names are aliases: 1 to 100 characters, told before a backend is asked',
    of: {
      '013': ['201 -> 400'],
      '014': ['500 -> 400'],
      '028': ['body.response.message[]'],
      '029': ['201 -> 400'],
    },
  },
  {
    why: 'Lines of Meta need all that Meta gave; what it gave is shown to nobody',
    of: {
      '033': ['body.response.message[]'],
      '034': ['201 -> 400'],
      '034*': ['body.instance.accessTokenWaBusiness', 'body.instance.webhookWaBusiness'],
      '035': ['body.response.message[]'],
    },
  },
  {
    why: 'Who asks is known before it is looked for what he asks about, and what is not his is not there',
    of: {
      '043': ['401 -> 404'],
      '045': ['404 -> 401'],
      '053': ['401 -> 404'],
      '217': ['401 -> 404'],
      '497': ['403 -> 401'],
      '538': ['404 -> 401'],
    },
  },
  {
    why: 'No query names an instance',
    of: {
      '058': ['body.instance.instanceName'],
    },
  },
  {
    why: 'The rows are exactly the numbers of the caller, and every number has a token of its own',
    of: {
      '049': ['body'],
      '052': ['body'],
    },
  },
  {
    why: 'A number connects by itself from its creation on, and again when it is restarted',
    of: {
      '060*': ['body.instance.status'],
      '061': ['body.instance.state'],
      '062*': ['body.instance.status'],
      '063': ['body.instance.state'],
      '067': ['body.error', 'body.instance', 'body.message'],
      '069': ['400 -> 200'],
    },
  },
  {
    why: 'Left out events are all of them; a webhook has a public address; defaults are said',
    of: {
      '022*': ['400 -> 201'],
      '023*': ['body.webhook.webhookBase64', 'body.webhook.webhookByEvents'],
      '103': ['500 -> 201'],
      '107': ['201 -> 400'],
      '108': ['201 -> 400'],
      '516': ['500 -> 201'],
    },
  },
  {
    why: 'A recipient that is no number is refused on every kind of line',
    of: {
      '206': ['201 -> 400'],
    },
  },
  {
    why: 'Refused as there, in words or by a status that say more than an error of that server',
    of: {
      '008': ['body.response.message'],
      '243': ['500 -> 400'],
      '265': ['500 -> 400'],
      '464': ['body.response.message[]'],
      '495': ['body.response.message'],
      '503': ['body.response.message'],
      '511': ['body.response.message'],
      '531': ['body.response.message[]'],
      '604': ['400 -> 500'],
      '623': ['body.response.message[]'],
      '626': ['500 -> 400'],
    },
  },
  {
    why: 'Sent, where that server fails or leaves out an empty list',
    of: {
      '244': ['500 -> 201'],
      '261': ['body.message.buttons'],
    },
  },
  {
    why: 'Media is fetched here, through the guard against private addresses, and handed over as it is',
    of: {
      '453': [
        'body.message.imageMessage.fileName',
        'body.message.imageMessage.id',
        'body.message.imageMessage.media',
        'body.message.imageMessage.type',
      ],
      '455': ['body.message.audioMessage.id', 'body.message.audioMessage.media', 'body.message.audioMessage.type'],
    },
  },
  {
    why: '2xx without an id, or an error after the send: nobody knows whether it was sent, and the answer says so',
    of: {
      '452': ['201 -> 504'],
      '519': ['400 -> 504'],
    },
  },
  {
    why: 'Lines without a phone cannot be logged out, so they stay open',
    of: {
      '480': ['200 -> 422'],
      '481': ['body.instance.state'],
      '483': ['400 -> 422'],
      '484': ['body.instance'],
      '485': ['body.error', 'body.instance', 'body.message'],
      '521': ['200 -> 422'],
      '522': ['body.instance.state'],
    },
  },
  {
    why: 'A deleted number is gone at once',
    of: {
      '487': ['200 -> 404'],
    },
  },
  {
    why: 'A number is on exactly one server, and what is known of it is known here',
    of: {
      '502': ['body.instance.state'],
      '504': ['body.error', 'body.instance', 'body.message'],
      '505': ['body'],
      '506': ['404 -> 200'],
      '507': ['404 -> 200'],
      '510': ['body.instance.state'],
      '512': ['body[]._count.Message', 'body[].number'],
      '513': ['404 -> 200'],
      '520': ['body'],
    },
  },
  {
    why: 'Messages, contacts and chats of a backend are not counted',
    of: {
      '523': ['body[]._count.Message'],
      '533': ['body[]._count.Chat', 'body[]._count.Contact', 'body[]._count.Message'],
    },
  },
  {
    why: '`number` is that of the phone once it is connected; why it left is its code alone',
    of: {
      '606': ['body[].number'],
      '645': [
        'body[]._count.Contact',
        'body[]._count.Message',
        'body[].disconnectionAt',
        'body[].disconnectionObject',
        'body[].number',
      ],
    },
  },
  {
    why: 'Creates of one name at a time: one is 201, all others 403, and nothing is lost',
    of: {
      '530': ['201,400,403 -> 201,403'],
    },
  },
  {
    why: 'The gateway speaks for itself: other paths, its name, its health',
    of: {
      '001': ['body.documentation', 'body.health', 'body.name', 'body.whatsappWebVersion'],
      '002': [
        'body.code',
        'body.detail',
        'body.error',
        'body.request_id',
        'body.response',
        'body.success',
        'body.title',
        'body.type',
      ],
      '003': [
        'body.code',
        'body.detail',
        'body.error',
        'body.request_id',
        'body.response',
        'body.success',
        'body.title',
        'body.type',
      ],
      '534': ['404 -> 200'],
    },
  },
  {
    why: '`count` says whether there is a code, not the how many-th it is',
    of: {
      '648': ['body.count'],
      '649': ['body.count'],
    },
  },
  {
    why: 'The sandbox does not turn pictures into JPEG',
    of: {
      '627': ['body.message.imageMessage.fileLength.low'],
    },
  },
];

/** Recordings that cannot be replayed, each with the reason. */
export const skipped: Readonly<Record<string, string>> = {
  '540': 'counts of rows in the database of a server, without a request',
};
