export interface paths {
    "/api/auth/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Register
         * @description Signs a user up. The answer holds the API key, which is never shown again.
         */
        post: operations["postAuthRegister"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log in
         * @description Starts a session. The access token is accepted as `Authorization: Bearer` wherever `x-api-key` is.
         */
        post: operations["postAuthLogin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refresh the session
         * @description Answers a new access token and a new refresh token. The old refresh token answers the same again for 10 s, for refreshes in parallel; whoever presents it later ends the session.
         */
        post: operations["postAuthRefresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log out
         * @description Ends the session of the access token. An API key has no session: rotate it instead.
         */
        post: operations["postAuthLogout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The browser's session
         * @description Who is logged in, and what a page must show to change anything. Prolongs the session.
         */
        get: operations["getSession"];
        put?: never;
        /**
         * Log in a browser
         * @description Sets a cookie that no script can read, for 30 days; for pages of this gateway alone.
         */
        post: operations["postSession"];
        /** Log out a browser */
        delete: operations["deleteSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/forgot-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Forget the password
         * @description Sends a mail with a link to choose a new password, if this address is a user's and the installation sends mail. The answer is the same in any case.
         */
        post: operations["postAuthForgotPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/reset-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reset the password
         * @description Replaces the password by the token of a mail: once, within an hour. Ends all sessions; the API key stays.
         */
        post: operations["postAuthResetPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/profile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the profile
         * @description The user, the limits, and what is used of them today (UTC).
         */
        get: operations["getUserProfile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change the profile */
        patch: operations["patchUserProfile"];
        trace?: never;
    };
    "/api/user/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change the password
         * @description Ends every other session of the user. The API key stays.
         */
        post: operations["postUserPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/api-key/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate the API key
         * @description Makes a new API key, shown this once. The former one ends after the overlap.
         */
        post: operations["postUserApiKeyRotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/phone-numbers/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a phone number
         * @description Answers with the first QR code. The token is shown this once.
         */
        post: operations["postPhoneNumbersCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/phone-numbers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List phone numbers
         * @description Oldest first.
         */
        get: operations["getPhoneNumbers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/phone-numbers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One phone number */
        get: operations["getPhoneNumbersById"];
        put?: never;
        post?: never;
        /**
         * Delete a phone number
         * @description Logs it out and frees its place. Its statistics and messages stay.
         */
        delete: operations["deletePhoneNumbersById"];
        options?: never;
        head?: never;
        /** Change name, alias, webhook URL or pace */
        patch: operations["patchPhoneNumbersById"];
        trace?: never;
    };
    "/api/phone-numbers/{id}/qr": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * QR code of a phone number
         * @description Connects the number where it is not connected, so a suspended user may not ask; `qr_code` is null once it is.
         */
        get: operations["getPhoneNumbersByIdQr"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/phone-numbers/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Connection status of a phone number */
        get: operations["getPhoneNumbersByIdStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/phone-numbers/{id}/token/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a phone number a new token
         * @description The new token is shown this once. The former token works for overlap_hours more (24 unless given); 0 ends it at once.
         */
        post: operations["postPhoneNumbersByIdTokenRotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/phone-numbers/{id}/connect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Connect a phone number
         * @description Answers with the QR code, and with a pairing code where pairing_number is given; both are null once it is connected. Whoever asks while it is being connected gets what that leads to.
         */
        post: operations["postPhoneNumbersByIdConnect"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/phone-numbers/{id}/restart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restart the connection of a phone number
         * @description Ends its socket and opens it anew. No scan is needed where it is paired.
         */
        post: operations["postPhoneNumbersByIdRestart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/phone-numbers/{id}/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log a phone number out
         * @description It needs a scan when it is connected again. Token, endpoints and history stay.
         */
        post: operations["postPhoneNumbersByIdLogout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/phone-numbers/{id}/recreate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a phone number anew on its backend
         * @description For one that cannot be connected in any other way. It asks for a scan; token, endpoints and history stay.
         */
        post: operations["postPhoneNumbersByIdRecreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/phone-numbers/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a phone number send nothing
         * @description It stays connected and receives. A send is refused with `number_paused`; what waits goes on waiting, and expires in its time.
         */
        post: operations["postPhoneNumbersByIdPause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/phone-numbers/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a phone number send again
         * @description What waits leaves within a few seconds.
         */
        post: operations["postPhoneNumbersByIdResume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/phone-numbers/{id}/chats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Chats of a phone number
         * @description The latest first. Also while the phone number is not connected.
         */
        get: operations["getPhoneNumbersByIdChats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/phone-numbers/{id}/contacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Contacts of a phone number
         * @description In no certain order; a search looks at the first 5,000. Also while it is not connected.
         */
        get: operations["getPhoneNumbersByIdContacts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/phone-numbers/{id}/chats/{jid}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Messages of a chat
         * @description The latest first, as the backend keeps them: also what the owner wrote on the phone. Also while it is not connected.
         */
        get: operations["getPhoneNumbersByIdChatsByJidMessages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/phone-numbers/{id}/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Groups of a phone number
         * @description Without their participants. The backend asks WhatsApp for all of them each time.
         */
        get: operations["getPhoneNumbersByIdGroups"];
        put?: never;
        /**
         * Create a group
         * @description Numbers that have no WhatsApp are left out.
         */
        post: operations["postPhoneNumbersByIdGroups"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/phone-numbers/{id}/groups/{jid}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One group with its participants */
        get: operations["getPhoneNumbersByIdGroupsByJid"];
        put?: never;
        post?: never;
        /** Leave a group */
        delete: operations["deletePhoneNumbersByIdGroupsByJid"];
        options?: never;
        head?: never;
        /**
         * Change subject, description or settings of a group
         * @description One after the other. Where one fails, `changed` of the problem names those made before it.
         */
        patch: operations["patchPhoneNumbersByIdGroupsByJid"];
        trace?: never;
    };
    "/api/phone-numbers/{id}/groups/{jid}/participants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add, remove, promote or demote participants
         * @description Answers what WhatsApp says of each.
         */
        post: operations["postPhoneNumbersByIdGroupsByJidParticipants"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/phone-numbers/{id}/groups/{jid}/invite-code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Invite code of a group */
        get: operations["getPhoneNumbersByIdGroupsByJidInviteCode"];
        put?: never;
        /**
         * Revoke the invite code of a group
         * @description Answers the new one.
         */
        post: operations["postPhoneNumbersByIdGroupsByJidInviteCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/phone-numbers/{id}/profile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** WhatsApp profile of a phone number */
        get: operations["getPhoneNumbersByIdProfile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change name, about or picture of a phone number
         * @description One after the other. Where one fails, `changed` of the problem names those made before it.
         */
        patch: operations["patchPhoneNumbersByIdProfile"];
        trace?: never;
    };
    "/api/phone-numbers/{id}/profile-picture": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Picture of a number */
        get: operations["getPhoneNumbersByIdProfilePicture"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/phone-numbers/{id}/privacy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Privacy settings of a phone number */
        get: operations["getPhoneNumbersByIdPrivacy"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change privacy settings of a phone number */
        patch: operations["patchPhoneNumbersByIdPrivacy"];
        trace?: never;
    };
    "/api/phone-numbers/{id}/share-links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a phone number's share links
         * @description Those that still work, oldest first, without their URLs.
         */
        get: operations["getPhoneNumbersByIdShareLinks"];
        put?: never;
        /**
         * Make a link by which the owner of the phone connects it
         * @description Leads to a page that shows the QR code and needs no account. Good until the number connects, it runs out or is taken back; its URL is shown this once.
         */
        post: operations["postPhoneNumbersByIdShareLinks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/phone-numbers/{id}/share-links/{linkId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take a share link back */
        delete: operations["deletePhoneNumbersByIdShareLinksByLinkId"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/phone-numbers/{id}/uptime": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How long a phone number was connected
         * @description Of the last 24 hours, 7 and 30 days, as far back as the number is watched.
         */
        get: operations["getPhoneNumbersByIdUptime"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/pools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Your pools, by name */
        get: operations["getPools"];
        put?: never;
        /**
         * Make a pool of phone numbers
         * @description Sends that name it in `pool`, in place of `token`, leave from its numbers in turn.
         */
        post: operations["postPools"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/pools/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One pool and the state of its phone numbers */
        get: operations["getPoolsById"];
        put?: never;
        post?: never;
        /**
         * Delete a pool
         * @description Its phone numbers stay; sends that name it are refused within a second.
         */
        delete: operations["deletePoolsById"];
        options?: never;
        head?: never;
        /**
         * Change a pool
         * @description What is left out stays. Holds for sends within a second.
         */
        patch: operations["patchPoolsById"];
        trace?: never;
    };
    "/api/messages/send-text": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a text message */
        post: operations["postMessagesSendText"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages/send-location": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a location */
        post: operations["postMessagesSendLocation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages/send-contact": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send contact cards */
        post: operations["postMessagesSendContact"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages/send-poll": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a poll */
        post: operations["postMessagesSendPoll"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages/send-list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a list to choose from
         * @description Numbers of the integration WHATSAPP-BUSINESS only: with others it fails on every Evolution API server.
         */
        post: operations["postMessagesSendList"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages/send-buttons": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send buttons */
        post: operations["postMessagesSendButtons"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages/send-template": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a template
         * @description Numbers of the integration WHATSAPP-BUSINESS only.
         */
        post: operations["postMessagesSendTemplate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages/send-reaction": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** React to a message */
        post: operations["postMessagesSendReaction"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages/{id}/edit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Edit a sent text
         * @description On every phone that has it. Named by our id or by its WhatsApp id.
         */
        post: operations["postMessagesByIdEdit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One message
         * @description Also one whose send was answered with a problem that carries `message_id`.
         */
        get: operations["getMessagesById"];
        put?: never;
        post?: never;
        /**
         * Delete a sent message for everyone
         * @description Named by our id or by its WhatsApp id.
         */
        delete: operations["deleteMessagesById"];
        options?: never;
        head?: never;
        /**
         * Have a message that waits leave at another time
         * @description Only while it is `scheduled` or `accepted`. What is left out stays; the time until it expires moves with `send_at`.
         */
        patch: operations["patchMessagesById"];
        trace?: never;
    };
    "/api/messages/mark-read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mark received messages as read */
        post: operations["postMessagesMarkRead"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages/presence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show "typing…" in a chat
         * @description Answered when it is over. One at a time per phone number.
         */
        post: operations["postMessagesPresence"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages/check-numbers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask which numbers are on WhatsApp
         * @description What was found out holds for 24 hours. At most 500 numbers an hour beside those.
         */
        post: operations["postMessagesCheckNumbers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a message again
         * @description For a message that failed, or of which nobody knows whether it was sent (`unknown`): it may then arrive twice, which is your choice. It is a new message, with the content of the old one and the options of this request; `retry_of` leads from it to the old one. Media by URL is fetched again; an upload is sent again for as long as it is kept.
         */
        post: operations["postMessagesByIdRetry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a message that waits
         * @description Only while it is `scheduled` or `accepted`; its unit of the day comes back.
         */
        post: operations["postMessagesByIdCancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List messages
         * @description Newest first, sent and received.
         */
        get: operations["getMessages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages/{id}/media": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A link to the media of a message
         * @description Good for 15 minutes. Received media is fetched from the backend when the link is used, up to 16 MiB; what WhatsApp no longer keeps answers `media_gone` there.
         */
        get: operations["getMessagesByIdMedia"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send to many
         * @description Up to 1,000 recipients, checked as a whole: all are accepted, or none. Each gets a message of its own, with its `variables` in the place of `{{name}}`; they leave one after the other, at the pace of the phone number. The units of all are taken at once. Who is on the opt-out list is left out.
         */
        post: operations["postMessagesBulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List campaigns
         * @description Newest first.
         */
        get: operations["getCampaigns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One campaign, and how it gets on
         * @description Its messages: `GET /api/messages?campaign_id=…`.
         */
        get: operations["getCampaignsById"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause a campaign
         * @description What waits, waits on; it still expires.
         */
        post: operations["postCampaignsByIdPause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume a paused campaign
         * @description It goes on where it stopped.
         */
        post: operations["postCampaignsByIdResume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a campaign
         * @description What waits is cancelled, its units given back.
         */
        post: operations["postCampaignsByIdCancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/opt-outs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The opt-out list
         * @description By number.
         */
        get: operations["getOptOuts"];
        put?: never;
        /**
         * Put a number on the opt-out list
         * @description Campaigns leave it out from now on; single messages still reach it.
         */
        post: operations["postOptOuts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/opt-outs/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take a number off the opt-out list */
        delete: operations["deleteOptOutsByNumber"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/statistics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Messages sent and received
         * @description Exact to the message, by day (UTC) and by phone number.
         */
        get: operations["getStatistics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/dashboard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Dashboard
         * @description Plan, quota, phone numbers and what happened lately; the user's row of the view user_dashboard.
         */
        get: operations["getDashboard"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Your requests, newest first
         * @description Written a moment after the answer, about half a second.
         */
        get: operations["getRequests"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List endpoints */
        get: operations["getWebhooks"];
        put?: never;
        /**
         * Create an endpoint
         * @description Without `phone_number_id` it hears of all your phone numbers. The secret is shown this once.
         */
        post: operations["postWebhooks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One endpoint */
        get: operations["getWebhooksById"];
        put?: never;
        post?: never;
        /**
         * Delete an endpoint
         * @description What was pending for it ends as dead letters.
         */
        delete: operations["deleteWebhooksById"];
        options?: never;
        head?: never;
        /** Change an endpoint */
        patch: operations["patchWebhooksById"];
        trace?: never;
    };
    "/api/webhooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Call an endpoint now
         * @description With an event `endpoint.test`, signed like any other, once, also while it is disabled.
         */
        post: operations["postWebhooksByIdTest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{id}/secret/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give an endpoint a new secret
         * @description Shown this once. For 24 h `webhook-signature` is by both; `X-Signature` is by the new one.
         */
        post: operations["postWebhooksByIdSecretRotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Deliver the events of a time once more
         * @description Also those of a time at which the endpoint was disabled or did not exist.
         */
        post: operations["postWebhooksByIdReplay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List deliveries, newest first */
        get: operations["getWebhooksDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List dead letters, newest first
         * @description Deliveries that ended without success; each can be replayed.
         */
        get: operations["getWebhooksDeadLetters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/deliveries/{delivery_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One delivery with its attempts */
        get: operations["getWebhooksDeliveriesByDeliveryId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/deliveries/{delivery_id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Deliver once more
         * @description Begins its schedule anew, at once, with the same `webhook-id`.
         */
        post: operations["postWebhooksDeliveriesByDeliveryIdReplay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/realtime/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get a ticket
         * @description Opens one Socket.IO connection at `/socket.io` within 60 s, with `auth: { ticket }`. The connection ends with the session or the API key that the ticket was asked with.
         */
        post: operations["postRealtimeTickets"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/backends": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the backends, with live figures */
        get: operations["getAdminBackends"];
        put?: never;
        /**
         * Take a server into the pool
         * @description It must answer as an Evolution API and know the key. Private addresses are fine; redirects are not followed. A server older than 2.3.3 joins as `unsupported` and gets no numbers.
         */
        post: operations["postAdminBackends"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/backends/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One backend, with live figures */
        get: operations["getAdminBackendsById"];
        put?: never;
        post?: never;
        /**
         * Take a backend out of the pool
         * @description Only an empty one, unless `force=true`: the numbers it still has then answer `backend_unavailable` until they are moved, or until its URL joins again.
         */
        delete: operations["deleteAdminBackendsById"];
        options?: never;
        head?: never;
        /**
         * Change capacity, labels, key or isolation
         * @description Holds in every process within 5 s. A key must be known to the server.
         */
        patch: operations["patchAdminBackendsById"];
        trace?: never;
    };
    "/api/admin/backends/{id}/cordon": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a backend no new numbers
         * @description Those it has go on.
         */
        post: operations["postAdminBackendsByIdCordon"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/backends/{id}/uncordon": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a backend new numbers again */
        post: operations["postAdminBackendsByIdUncordon"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/backends/{id}/drain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Drain a backend
         * @description It gets no new numbers, and the preview at /api/admin/fleet/plan moves those it has.
         */
        post: operations["postAdminBackendsByIdDrain"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/backends/{id}/undrain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End the draining of a backend */
        post: operations["postAdminBackendsByIdUndrain"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/fleet/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Preview a rebalance
         * @description What would move, and why. Nothing does: each move is a call of its own.
         */
        get: operations["getAdminFleetPlan"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/phone-numbers/{id}/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move a phone number to another backend
         * @description It is made on the new one, logged out and deleted on the old one, and only then lives on the new one, where its owner scans again. Token, endpoints and history stay. Where the new backend cannot make it, or the old one does not answer, nothing changes.
         */
        post: operations["postAdminPhoneNumbersByIdMove"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search
         * @description By WhatsApp number (from its start), instance name, name on the backend, message id, WhatsApp's message id, request id, or e-mail address; at most 50 of each.
         */
        get: operations["getAdminSearch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What operators did
         * @description Newest first.
         */
        get: operations["getAdminAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/phone-numbers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List anybody's phone numbers
         * @description Oldest first; of a user, of a backend, of a status. One asked for by its id also where it is deleted.
         */
        get: operations["getAdminPhoneNumbers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/phone-numbers/{id}/restart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restart a phone number's connection
         * @description Ends its socket and opens it anew. No scan is needed where it is paired.
         */
        post: operations["postAdminPhoneNumbersByIdRestart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/phone-numbers/{id}/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log a phone number out
         * @description Its owner scans again when it is connected. Token, endpoints and history stay.
         */
        post: operations["postAdminPhoneNumbersByIdLogout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/phone-numbers/{id}/recreate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a phone number anew on its backend
         * @description Under another name there, or on another backend where its own takes none. Its owner scans again; token, endpoints and history stay. Where it cannot be made, nothing changes.
         */
        post: operations["postAdminPhoneNumbersByIdRecreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List users
         * @description Oldest first.
         */
        get: operations["getAdminUsers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One user, with plan, usage and phone numbers */
        get: operations["getAdminUsersById"];
        put?: never;
        post?: never;
        /**
         * Delete a user with all data
         * @description The user can do nothing more at once. Numbers are logged out and deleted on their backends, all rows go, and after some minutes the user itself, as soon as no backend has a number left. The audit log stays.
         */
        delete: operations["deleteAdminUsersById"];
        options?: never;
        head?: never;
        /**
         * Change plan, limits, placement or status of a user
         * @description Holds in every process within 5 s. A suspended user may only read, and nothing of theirs is sent.
         */
        patch: operations["patchAdminUsersById"];
        trace?: never;
    };
    "/api/admin/plans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the plans, with where their numbers may go */
        get: operations["getAdminPlans"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/plans/{plan_type}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change where the numbers of a plan may go
         * @description Holds for numbers placed from now on; /api/admin/fleet/plan shows those that should move.
         */
        patch: operations["patchAdminPlansByPlanType"];
        trace?: never;
    };
    "/api/admin/fleet": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The fleet at a glance */
        get: operations["getAdminFleet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/findings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was not as it should be
         * @description The latest first.
         */
        get: operations["getAdminFindings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/findings/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One finding with its repairs */
        get: operations["getAdminFindingsById"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/repairs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was done to mend it
         * @description The latest first.
         */
        get: operations["getAdminRepairs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/incidents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What befell whole backends
         * @description The open ones first, then the latest.
         */
        get: operations["getAdminIncidents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/incidents/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One incident */
        get: operations["getAdminIncidentsById"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/incidents/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Go on with what an incident has stopped
         * @description Of `orphan_stop`: the instances that are known now may be removed, and no others. Of `empty_list` and `instances_lost`: single numbers of that backend are repaired again.
         */
        post: operations["postAdminIncidentsByIdResume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/fleet/hold": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the fleet is held */
        get: operations["getAdminFleetHold"];
        /**
         * Hold the fleet
         * @description Nothing is removed from a backend or made anew there until the hold ends, unless it is ordered.
         */
        put: operations["putAdminFleetHold"];
        post?: never;
        /** End the hold of the fleet */
        delete: operations["deleteAdminFleetHold"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages/send-media": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send an image, video, audio or document */
        post: operations["postMessagesSendMedia"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages/send-voice": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a voice note
         * @description Audio of any common type; the backend makes it a voice note.
         */
        post: operations["postMessagesSendVoice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages/send-ptv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a round video note
         * @description An MP4 video.
         */
        post: operations["postMessagesSendPtv"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages/send-sticker": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a sticker
         * @description A WebP, PNG or JPEG image; the backend makes it a sticker.
         */
        post: operations["postMessagesSendSticker"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages/send-status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Post a status
         * @description Shown for a day to all contacts, or to the `audience`.
         */
        post: operations["postMessagesSendStatus"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: never;
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    postAuthRegister: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "user@example.com",
                 *       "password": "SecurePass123!",
                 *       "full_name": "John Doe",
                 *       "company_name": "Acme Corp",
                 *       "plan_type": "business"
                 *     }
                 */
                "application/json": {
                    /** @example user@example.com */
                    email: string;
                    /**
                     * @description 8 to 128 characters.
                     * @example SecurePass123!
                     */
                    password: string;
                    /**
                     * @description At most 200 characters.
                     * @example John Doe
                     */
                    full_name?: string | null;
                    /**
                     * @description At most 200 characters.
                     * @example Acme Corp
                     */
                    company_name?: string | null;
                    /**
                     * @description One of the plans offered at sign-up; `starter` where it is left out.
                     * @example business
                     */
                    plan_type?: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @example User created successfully */
                        message: string;
                        user: {
                            /** @example 1 */
                            id: number;
                            /** @example user@example.com */
                            email: string;
                            /** @example John Doe */
                            full_name: string | null;
                            /** @example Acme Corp */
                            company_name: string | null;
                            /**
                             * @description The key itself, shown this once. Keep it.
                             * @example ef_live_3fQ8vT1mYbK7cWzR5hN2xL9dJ4sP6a0bC1dE
                             */
                            api_key: string;
                            /** @example business */
                            plan_type: string;
                            /** @example 10 */
                            max_phone_numbers: number;
                            /** @example 5000 */
                            max_messages_per_day: number;
                            /** @example 1500 */
                            requests_per_minute: number;
                            role: "user" | "operator";
                            status: "active" | "suspended";
                            /**
                             * Format: date-time
                             * @example 2026-01-01T10:00:00.000Z
                             */
                            created_at: string;
                        };
                    };
                };
            };
        };
    };
    postAuthLogin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "user@example.com",
                 *       "password": "SecurePass123!"
                 *     }
                 */
                "application/json": {
                    /** @example user@example.com */
                    email: string;
                    /** @example SecurePass123! */
                    password: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        user: {
                            /** @example 1 */
                            id: number;
                            /** @example user@example.com */
                            email: string;
                            /** @example John Doe */
                            full_name: string | null;
                            /** @example Acme Corp */
                            company_name: string | null;
                            /**
                             * @description A hint: the key's prefix and last four characters.
                             * @example ef_live_…x7Qm
                             */
                            api_key: string;
                            /** @example business */
                            plan_type: string;
                            /** @example 10 */
                            max_phone_numbers: number;
                            /** @example 5000 */
                            max_messages_per_day: number;
                            /** @example 1500 */
                            requests_per_minute: number;
                            role: "user" | "operator";
                            status: "active" | "suspended";
                            /**
                             * Format: date-time
                             * @example 2026-01-01T10:00:00.000Z
                             */
                            created_at: string;
                        };
                        /** @description For `Authorization: Bearer`, good for `expires_in` seconds. */
                        access_token: string;
                        /** @description For one refresh within 30 days. */
                        refresh_token: string;
                        /** @example 900 */
                        expires_in: number;
                    };
                };
            };
        };
    };
    postAuthRefresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "refresh_token": "efr_…"
                 *     }
                 */
                "application/json": {
                    /** @description From the log-in or the last refresh. */
                    refresh_token: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @description For `Authorization: Bearer`, good for `expires_in` seconds. */
                        access_token: string;
                        /** @description For one refresh within 30 days. */
                        refresh_token: string;
                        /** @example 900 */
                        expires_in: number;
                    };
                };
            };
        };
    };
    postAuthLogout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        message: string;
                    };
                };
            };
        };
    };
    getSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        user: {
                            /** @example 1 */
                            id: number;
                            /** @example user@example.com */
                            email: string;
                            /** @example John Doe */
                            full_name: string | null;
                            /** @example Acme Corp */
                            company_name: string | null;
                            /**
                             * @description A hint: the key's prefix and last four characters.
                             * @example ef_live_…x7Qm
                             */
                            api_key: string;
                            /** @example business */
                            plan_type: string;
                            /** @example 10 */
                            max_phone_numbers: number;
                            /** @example 5000 */
                            max_messages_per_day: number;
                            /** @example 1500 */
                            requests_per_minute: number;
                            role: "user" | "operator";
                            status: "active" | "suspended";
                            /**
                             * Format: date-time
                             * @example 2026-01-01T10:00:00.000Z
                             */
                            created_at: string;
                            usage_today: {
                                /**
                                 * Format: date
                                 * @description The day (UTC) these figures are of.
                                 * @example 2026-01-01
                                 */
                                date: string;
                                /** @example 120 */
                                messages_used: number;
                                /** @example 4880 */
                                messages_left: number;
                                /**
                                 * @description Phone numbers there are now.
                                 * @example 2
                                 */
                                phone_numbers: number;
                            };
                        };
                        /** @description To be sent as `x-csrf-token` with every request that changes something. */
                        csrf_token: string;
                        /** @description False over plain HTTP, where whoever listens can take the cookie. */
                        is_secured: boolean;
                    };
                };
            };
        };
    };
    postSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "user@example.com",
                 *       "password": "SecurePass123!"
                 *     }
                 */
                "application/json": {
                    /** @example user@example.com */
                    email: string;
                    /** @example SecurePass123! */
                    password: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        user: {
                            /** @example 1 */
                            id: number;
                            /** @example user@example.com */
                            email: string;
                            /** @example John Doe */
                            full_name: string | null;
                            /** @example Acme Corp */
                            company_name: string | null;
                            /**
                             * @description A hint: the key's prefix and last four characters.
                             * @example ef_live_…x7Qm
                             */
                            api_key: string;
                            /** @example business */
                            plan_type: string;
                            /** @example 10 */
                            max_phone_numbers: number;
                            /** @example 5000 */
                            max_messages_per_day: number;
                            /** @example 1500 */
                            requests_per_minute: number;
                            role: "user" | "operator";
                            status: "active" | "suspended";
                            /**
                             * Format: date-time
                             * @example 2026-01-01T10:00:00.000Z
                             */
                            created_at: string;
                            usage_today: {
                                /**
                                 * Format: date
                                 * @description The day (UTC) these figures are of.
                                 * @example 2026-01-01
                                 */
                                date: string;
                                /** @example 120 */
                                messages_used: number;
                                /** @example 4880 */
                                messages_left: number;
                                /**
                                 * @description Phone numbers there are now.
                                 * @example 2
                                 */
                                phone_numbers: number;
                            };
                        };
                        /** @description To be sent as `x-csrf-token` with every request that changes something. */
                        csrf_token: string;
                        /** @description False over plain HTTP, where whoever listens can take the cookie. */
                        is_secured: boolean;
                    };
                };
            };
        };
    };
    deleteSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        message: string;
                    };
                };
            };
        };
    };
    postAuthForgotPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "user@example.com"
                 *     }
                 */
                "application/json": {
                    /** @example user@example.com */
                    email: string;
                };
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        message: string;
                    };
                };
            };
        };
    };
    postAuthResetPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "efp_…",
                 *       "password": "MoreSecurePass123!"
                 *     }
                 */
                "application/json": {
                    /** @description From the link of the mail. */
                    token: string;
                    /**
                     * @description 8 to 128 characters.
                     * @example SecurePass123!
                     */
                    password: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        message: string;
                    };
                };
            };
        };
    };
    getUserProfile: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        user: {
                            /** @example 1 */
                            id: number;
                            /** @example user@example.com */
                            email: string;
                            /** @example John Doe */
                            full_name: string | null;
                            /** @example Acme Corp */
                            company_name: string | null;
                            /**
                             * @description A hint: the key's prefix and last four characters.
                             * @example ef_live_…x7Qm
                             */
                            api_key: string;
                            /** @example business */
                            plan_type: string;
                            /** @example 10 */
                            max_phone_numbers: number;
                            /** @example 5000 */
                            max_messages_per_day: number;
                            /** @example 1500 */
                            requests_per_minute: number;
                            role: "user" | "operator";
                            status: "active" | "suspended";
                            /**
                             * Format: date-time
                             * @example 2026-01-01T10:00:00.000Z
                             */
                            created_at: string;
                            usage_today: {
                                /**
                                 * Format: date
                                 * @description The day (UTC) these figures are of.
                                 * @example 2026-01-01
                                 */
                                date: string;
                                /** @example 120 */
                                messages_used: number;
                                /** @example 4880 */
                                messages_left: number;
                                /**
                                 * @description Phone numbers there are now.
                                 * @example 2
                                 */
                                phone_numbers: number;
                            };
                        };
                    };
                };
            };
        };
    };
    patchUserProfile: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description What is left out stays; null empties. */
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "full_name": "John Doe",
                 *       "company_name": "Acme Corp"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description At most 200 characters.
                     * @example John Doe
                     */
                    full_name?: string | null;
                    /**
                     * @description At most 200 characters.
                     * @example Acme Corp
                     */
                    company_name?: string | null;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        user: {
                            /** @example 1 */
                            id: number;
                            /** @example user@example.com */
                            email: string;
                            /** @example John Doe */
                            full_name: string | null;
                            /** @example Acme Corp */
                            company_name: string | null;
                            /**
                             * @description A hint: the key's prefix and last four characters.
                             * @example ef_live_…x7Qm
                             */
                            api_key: string;
                            /** @example business */
                            plan_type: string;
                            /** @example 10 */
                            max_phone_numbers: number;
                            /** @example 5000 */
                            max_messages_per_day: number;
                            /** @example 1500 */
                            requests_per_minute: number;
                            role: "user" | "operator";
                            status: "active" | "suspended";
                            /**
                             * Format: date-time
                             * @example 2026-01-01T10:00:00.000Z
                             */
                            created_at: string;
                            usage_today: {
                                /**
                                 * Format: date
                                 * @description The day (UTC) these figures are of.
                                 * @example 2026-01-01
                                 */
                                date: string;
                                /** @example 120 */
                                messages_used: number;
                                /** @example 4880 */
                                messages_left: number;
                                /**
                                 * @description Phone numbers there are now.
                                 * @example 2
                                 */
                                phone_numbers: number;
                            };
                        };
                    };
                };
            };
        };
    };
    postUserPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "current_password": "SecurePass123!",
                 *       "new_password": "MoreSecurePass123!"
                 *     }
                 */
                "application/json": {
                    /** @example SecurePass123! */
                    current_password: string;
                    /**
                     * @description 8 to 128 characters.
                     * @example SecurePass123!
                     */
                    new_password: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        message: string;
                    };
                };
            };
        };
    };
    postUserApiKeyRotate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description May be left out. */
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "overlap_hours": 24
                 *     }
                 */
                "application/json": {
                    /**
                     * @description How long the former key goes on working; 0 ends it at once.
                     * @default 24
                     * @example 24
                     */
                    overlap_hours?: number;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /**
                         * @description The new key, shown this once. Keep it.
                         * @example ef_live_3fQ8vT1mYbK7cWzR5hN2xL9dJ4sP6a0bC1dE
                         */
                        api_key: string;
                        /**
                         * @description When the former key ends; null where it ended at once.
                         * @example 2026-01-02T10:00:00.000Z
                         */
                        former_keys_expire_at: string | null;
                    };
                };
            };
        };
    };
    postPhoneNumbersCreate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "display_name": "Customer Service"
                 *     }
                 */
                "application/json": {
                    display_name?: string | null;
                    alias?: string | null;
                    webhook_url?: string | null;
                    /**
                     * @description The number of the phone, 8-15 digits with its country code: makes a pairing code beside the QR code.
                     * @example 5511988887777
                     */
                    pairing_number?: string;
                    /** @description Operators only: EVOLUTION makes a line without a phone, WHATSAPP-BUSINESS one of the official Cloud API. */
                    integration?: "WHATSAPP-BAILEYS" | "EVOLUTION" | "WHATSAPP-BUSINESS";
                    /** @description Operators only. With integration EVOLUTION: its number; with WHATSAPP-BUSINESS: the phone number id that Meta gave it. */
                    number?: string;
                    /** @description Operators only, with WHATSAPP-BUSINESS: the id of the account. */
                    business_id?: string;
                    /** @description Operators only, with WHATSAPP-BUSINESS: the access token of Meta. Handed to the backend, not kept. */
                    access_token?: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        phone_number: {
                            id: number;
                            /** @example user_1_1704067200000_a1b2c3d4 */
                            instance_name: string;
                            alias: string | null;
                            /** @description In clear where it is made or was presented; elsewhere a hint. */
                            token: string;
                            display_name: string | null;
                            phone_number: string | null;
                            profile_name: string | null;
                            status: "initializing" | "qr_ready" | "connected" | "disconnected" | "error";
                            status_reason: string | null;
                            webhook_url: string | null;
                            send_interval_ms: number | null;
                            send_jitter_ms: number | null;
                            daily_cap: number | null;
                            qr_code: string | null;
                            qr_expires_at: string | null;
                            pairing_code: string | null;
                            connected_at: string | null;
                            rests_until: string | null;
                            paused_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** @description True on a simulated backend: nothing reaches WhatsApp. */
                            sandbox: boolean;
                        };
                        warning?: string;
                    };
                };
            };
        };
    };
    getPhoneNumbers: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                status?: "initializing" | "qr_ready" | "connected" | "disconnected" | "error";
                /** @description A part of the display name, the alias, the instance name or the number itself. */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        phone_numbers: {
                            id: number;
                            /** @example user_1_1704067200000_a1b2c3d4 */
                            instance_name: string;
                            alias: string | null;
                            /** @description In clear where it is made or was presented; elsewhere a hint. */
                            token: string;
                            display_name: string | null;
                            phone_number: string | null;
                            profile_name: string | null;
                            status: "initializing" | "qr_ready" | "connected" | "disconnected" | "error";
                            status_reason: string | null;
                            webhook_url: string | null;
                            send_interval_ms: number | null;
                            send_jitter_ms: number | null;
                            daily_cap: number | null;
                            qr_code: string | null;
                            qr_expires_at: string | null;
                            pairing_code: string | null;
                            connected_at: string | null;
                            rests_until: string | null;
                            paused_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** @description True on a simulated backend: nothing reaches WhatsApp. */
                            sandbox: boolean;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    getPhoneNumbersById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        phone_number: {
                            id: number;
                            /** @example user_1_1704067200000_a1b2c3d4 */
                            instance_name: string;
                            alias: string | null;
                            /** @description In clear where it is made or was presented; elsewhere a hint. */
                            token: string;
                            display_name: string | null;
                            phone_number: string | null;
                            profile_name: string | null;
                            status: "initializing" | "qr_ready" | "connected" | "disconnected" | "error";
                            status_reason: string | null;
                            webhook_url: string | null;
                            send_interval_ms: number | null;
                            send_jitter_ms: number | null;
                            daily_cap: number | null;
                            qr_code: string | null;
                            qr_expires_at: string | null;
                            pairing_code: string | null;
                            connected_at: string | null;
                            rests_until: string | null;
                            paused_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** @description True on a simulated backend: nothing reaches WhatsApp. */
                            sandbox: boolean;
                        };
                        warning?: string;
                    };
                };
            };
        };
    };
    deletePhoneNumbersById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        message: string;
                    };
                };
            };
        };
    };
    patchPhoneNumbersById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "display_name": "Support",
                 *       "alias": "support-line"
                 *     }
                 */
                "application/json": {
                    display_name?: string | null;
                    alias?: string | null;
                    webhook_url?: string | null;
                    send_interval_ms?: number | null;
                    send_jitter_ms?: number | null;
                    daily_cap?: number | null;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        phone_number: {
                            id: number;
                            /** @example user_1_1704067200000_a1b2c3d4 */
                            instance_name: string;
                            alias: string | null;
                            /** @description In clear where it is made or was presented; elsewhere a hint. */
                            token: string;
                            display_name: string | null;
                            phone_number: string | null;
                            profile_name: string | null;
                            status: "initializing" | "qr_ready" | "connected" | "disconnected" | "error";
                            status_reason: string | null;
                            webhook_url: string | null;
                            send_interval_ms: number | null;
                            send_jitter_ms: number | null;
                            daily_cap: number | null;
                            qr_code: string | null;
                            qr_expires_at: string | null;
                            pairing_code: string | null;
                            connected_at: string | null;
                            rests_until: string | null;
                            paused_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** @description True on a simulated backend: nothing reaches WhatsApp. */
                            sandbox: boolean;
                        };
                        warning?: string;
                    };
                };
            };
        };
    };
    getPhoneNumbersByIdQr: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        id: number;
                        status: "initializing" | "qr_ready" | "connected" | "disconnected" | "error";
                        qr_code: string | null;
                        pairing_code: string | null;
                        qr_expires_at: string | null;
                        sandbox: boolean;
                    };
                };
            };
        };
    };
    getPhoneNumbersByIdStatus: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        id: number;
                        instance_name: string;
                        status: "initializing" | "qr_ready" | "connected" | "disconnected" | "error";
                        status_reason: string | null;
                        phone_number: string | null;
                        connected_at: string | null;
                        sandbox: boolean;
                    };
                };
            };
        };
    };
    postPhoneNumbersByIdTokenRotate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Hours the former token still works; 0 ends it at once.
                     * @default 24
                     */
                    overlap_hours?: number;
                } | null;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        phone_number: {
                            id: number;
                            /** @example user_1_1704067200000_a1b2c3d4 */
                            instance_name: string;
                            alias: string | null;
                            /** @description In clear where it is made or was presented; elsewhere a hint. */
                            token: string;
                            display_name: string | null;
                            phone_number: string | null;
                            profile_name: string | null;
                            status: "initializing" | "qr_ready" | "connected" | "disconnected" | "error";
                            status_reason: string | null;
                            webhook_url: string | null;
                            send_interval_ms: number | null;
                            send_jitter_ms: number | null;
                            daily_cap: number | null;
                            qr_code: string | null;
                            qr_expires_at: string | null;
                            pairing_code: string | null;
                            connected_at: string | null;
                            rests_until: string | null;
                            paused_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** @description True on a simulated backend: nothing reaches WhatsApp. */
                            sandbox: boolean;
                        };
                        /**
                         * Format: date-time
                         * @description When the last of the former tokens ends; the present time with overlap_hours 0.
                         */
                        former_tokens_expire_at: string;
                    };
                };
            };
        };
    };
    postPhoneNumbersByIdConnect: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description The number of the phone, 8-15 digits with its country code: makes a pairing code beside the QR code.
                     * @example 5511988887777
                     */
                    pairing_number?: string;
                } | null;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        phone_number: {
                            id: number;
                            /** @example user_1_1704067200000_a1b2c3d4 */
                            instance_name: string;
                            alias: string | null;
                            /** @description In clear where it is made or was presented; elsewhere a hint. */
                            token: string;
                            display_name: string | null;
                            phone_number: string | null;
                            profile_name: string | null;
                            status: "initializing" | "qr_ready" | "connected" | "disconnected" | "error";
                            status_reason: string | null;
                            webhook_url: string | null;
                            send_interval_ms: number | null;
                            send_jitter_ms: number | null;
                            daily_cap: number | null;
                            qr_code: string | null;
                            qr_expires_at: string | null;
                            pairing_code: string | null;
                            connected_at: string | null;
                            rests_until: string | null;
                            paused_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** @description True on a simulated backend: nothing reaches WhatsApp. */
                            sandbox: boolean;
                        };
                        warning?: string;
                    };
                };
            };
        };
    };
    postPhoneNumbersByIdRestart: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        phone_number: {
                            id: number;
                            /** @example user_1_1704067200000_a1b2c3d4 */
                            instance_name: string;
                            alias: string | null;
                            /** @description In clear where it is made or was presented; elsewhere a hint. */
                            token: string;
                            display_name: string | null;
                            phone_number: string | null;
                            profile_name: string | null;
                            status: "initializing" | "qr_ready" | "connected" | "disconnected" | "error";
                            status_reason: string | null;
                            webhook_url: string | null;
                            send_interval_ms: number | null;
                            send_jitter_ms: number | null;
                            daily_cap: number | null;
                            qr_code: string | null;
                            qr_expires_at: string | null;
                            pairing_code: string | null;
                            connected_at: string | null;
                            rests_until: string | null;
                            paused_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** @description True on a simulated backend: nothing reaches WhatsApp. */
                            sandbox: boolean;
                        };
                        warning?: string;
                    };
                };
            };
        };
    };
    postPhoneNumbersByIdLogout: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        phone_number: {
                            id: number;
                            /** @example user_1_1704067200000_a1b2c3d4 */
                            instance_name: string;
                            alias: string | null;
                            /** @description In clear where it is made or was presented; elsewhere a hint. */
                            token: string;
                            display_name: string | null;
                            phone_number: string | null;
                            profile_name: string | null;
                            status: "initializing" | "qr_ready" | "connected" | "disconnected" | "error";
                            status_reason: string | null;
                            webhook_url: string | null;
                            send_interval_ms: number | null;
                            send_jitter_ms: number | null;
                            daily_cap: number | null;
                            qr_code: string | null;
                            qr_expires_at: string | null;
                            pairing_code: string | null;
                            connected_at: string | null;
                            rests_until: string | null;
                            paused_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** @description True on a simulated backend: nothing reaches WhatsApp. */
                            sandbox: boolean;
                        };
                        warning?: string;
                    };
                };
            };
        };
    };
    postPhoneNumbersByIdRecreate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @description `recreating`: the former one is not gone yet; it goes on by itself. */
                        outcome: "recreated" | "recreating";
                        phone_number: {
                            id: number;
                            /** @example user_1_1704067200000_a1b2c3d4 */
                            instance_name: string;
                            alias: string | null;
                            /** @description In clear where it is made or was presented; elsewhere a hint. */
                            token: string;
                            display_name: string | null;
                            phone_number: string | null;
                            profile_name: string | null;
                            status: "initializing" | "qr_ready" | "connected" | "disconnected" | "error";
                            status_reason: string | null;
                            webhook_url: string | null;
                            send_interval_ms: number | null;
                            send_jitter_ms: number | null;
                            daily_cap: number | null;
                            qr_code: string | null;
                            qr_expires_at: string | null;
                            pairing_code: string | null;
                            connected_at: string | null;
                            rests_until: string | null;
                            paused_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** @description True on a simulated backend: nothing reaches WhatsApp. */
                            sandbox: boolean;
                        };
                    };
                };
            };
        };
    };
    postPhoneNumbersByIdPause: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        phone_number: {
                            id: number;
                            /** @example user_1_1704067200000_a1b2c3d4 */
                            instance_name: string;
                            alias: string | null;
                            /** @description In clear where it is made or was presented; elsewhere a hint. */
                            token: string;
                            display_name: string | null;
                            phone_number: string | null;
                            profile_name: string | null;
                            status: "initializing" | "qr_ready" | "connected" | "disconnected" | "error";
                            status_reason: string | null;
                            webhook_url: string | null;
                            send_interval_ms: number | null;
                            send_jitter_ms: number | null;
                            daily_cap: number | null;
                            qr_code: string | null;
                            qr_expires_at: string | null;
                            pairing_code: string | null;
                            connected_at: string | null;
                            rests_until: string | null;
                            paused_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** @description True on a simulated backend: nothing reaches WhatsApp. */
                            sandbox: boolean;
                        };
                        warning?: string;
                    };
                };
            };
        };
    };
    postPhoneNumbersByIdResume: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        phone_number: {
                            id: number;
                            /** @example user_1_1704067200000_a1b2c3d4 */
                            instance_name: string;
                            alias: string | null;
                            /** @description In clear where it is made or was presented; elsewhere a hint. */
                            token: string;
                            display_name: string | null;
                            phone_number: string | null;
                            profile_name: string | null;
                            status: "initializing" | "qr_ready" | "connected" | "disconnected" | "error";
                            status_reason: string | null;
                            webhook_url: string | null;
                            send_interval_ms: number | null;
                            send_jitter_ms: number | null;
                            daily_cap: number | null;
                            qr_code: string | null;
                            qr_expires_at: string | null;
                            pairing_code: string | null;
                            connected_at: string | null;
                            rests_until: string | null;
                            paused_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** @description True on a simulated backend: nothing reaches WhatsApp. */
                            sandbox: boolean;
                        };
                        warning?: string;
                    };
                };
            };
        };
    };
    getPhoneNumbersByIdChats: {
        parameters: {
            query?: {
                /** @description That of the first page holds for all. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        chats: {
                            jid: string;
                            phone_number: string | null;
                            name: string | null;
                            is_group: boolean;
                            picture_url: string | null;
                            unread_count: number | null;
                            updated_at: string | null;
                            last_message: {
                                id: string | null;
                                whatsapp_id: string;
                                chat: string;
                                from_me: boolean;
                                from: string | null;
                                push_name: string | null;
                                /**
                                 * @example conversation
                                 * @example imageMessage
                                 */
                                type: string;
                                text: string | null;
                                /** @description `GET /api/messages/{id}/media` gives it. */
                                has_media: boolean;
                                mimetype: string | null;
                                file_name: string | null;
                                sent_at: string | null;
                                status: ("pending" | "server_ack" | "delivered" | "read" | "played" | "error" | "deleted") | null;
                            } | null;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    getPhoneNumbersByIdContacts: {
        parameters: {
            query?: {
                /** @description That of the first page holds for all. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description A part of the name, or of the number. */
                search?: string;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        contacts: {
                            jid: string;
                            phone_number: string | null;
                            name: string | null;
                            is_group: boolean;
                            /** @description Known by a name or a picture. */
                            is_saved: boolean;
                            picture_url: string | null;
                        }[];
                        next_cursor: string | null;
                        /** @description False where a search ended after the first 5,000 contacts. */
                        searched_all: boolean;
                    };
                };
            };
        };
    };
    getPhoneNumbersByIdChatsByJidMessages: {
        parameters: {
            query?: {
                /** @description That of the first page holds for all. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                id: number;
                /**
                 * @description The address of a chat as a list gave it, or digits.
                 * @example 5511999999999@s.whatsapp.net
                 */
                jid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        messages: {
                            id: string | null;
                            whatsapp_id: string;
                            chat: string;
                            from_me: boolean;
                            from: string | null;
                            push_name: string | null;
                            /**
                             * @example conversation
                             * @example imageMessage
                             */
                            type: string;
                            text: string | null;
                            /** @description `GET /api/messages/{id}/media` gives it. */
                            has_media: boolean;
                            mimetype: string | null;
                            file_name: string | null;
                            sent_at: string | null;
                            status: ("pending" | "server_ack" | "delivered" | "read" | "played" | "error" | "deleted") | null;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    getPhoneNumbersByIdGroups: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        groups: {
                            jid: string;
                            subject: string;
                            description: string | null;
                            owner: string | null;
                            size: number | null;
                            only_admins_write: boolean;
                            only_admins_edit: boolean;
                            is_community: boolean;
                            picture_url: string | null;
                            created_at: string | null;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    postPhoneNumbersByIdGroups: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "subject": "Our team",
                 *       "numbers": [
                 *         "628123456789"
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @example Our team */
                    subject: string;
                    numbers: string[];
                    description?: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        group: {
                            jid: string;
                            subject: string;
                            description: string | null;
                            owner: string | null;
                            size: number | null;
                            only_admins_write: boolean;
                            only_admins_edit: boolean;
                            is_community: boolean;
                            picture_url: string | null;
                            created_at: string | null;
                            participants: {
                                jid: string;
                                phone_number: string | null;
                                /** @enum {unknown} */
                                role: "member" | "admin" | "owner";
                            }[];
                        };
                    };
                };
            };
        };
    };
    getPhoneNumbersByIdGroupsByJid: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
                /** @example 120363000000000000@g.us */
                jid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        group: {
                            jid: string;
                            subject: string;
                            description: string | null;
                            owner: string | null;
                            size: number | null;
                            only_admins_write: boolean;
                            only_admins_edit: boolean;
                            is_community: boolean;
                            picture_url: string | null;
                            created_at: string | null;
                            participants: {
                                jid: string;
                                phone_number: string | null;
                                /** @enum {unknown} */
                                role: "member" | "admin" | "owner";
                            }[];
                        };
                    };
                };
            };
        };
    };
    deletePhoneNumbersByIdGroupsByJid: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
                /** @example 120363000000000000@g.us */
                jid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        message: string;
                    };
                };
            };
        };
    };
    patchPhoneNumbersByIdGroupsByJid: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
                /** @example 120363000000000000@g.us */
                jid: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "subject": "Our team",
                 *       "only_admins_write": true
                 *     }
                 */
                "application/json": {
                    /** @example Our team */
                    subject?: string;
                    description?: string;
                    only_admins_write?: boolean;
                    /** @description Only admins change subject, description and picture. */
                    only_admins_edit?: boolean;
                    /** @description When new messages disappear; 0 lets them stay. */
                    disappear_after_seconds?: 0 | 86400 | 604800 | 7776000;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        group: {
                            jid: string;
                            subject: string;
                            description: string | null;
                            owner: string | null;
                            size: number | null;
                            only_admins_write: boolean;
                            only_admins_edit: boolean;
                            is_community: boolean;
                            picture_url: string | null;
                            created_at: string | null;
                            participants: {
                                jid: string;
                                phone_number: string | null;
                                /** @enum {unknown} */
                                role: "member" | "admin" | "owner";
                            }[];
                        };
                    };
                };
            };
        };
    };
    postPhoneNumbersByIdGroupsByJidParticipants: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
                /** @example 120363000000000000@g.us */
                jid: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "action": "add",
                 *       "numbers": [
                 *         "628123456789"
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @enum {unknown} */
                    action: "add" | "remove" | "promote" | "demote";
                    numbers: string[];
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        participants: {
                            jid: string;
                            phone_number: string | null;
                            done: boolean;
                            /** @description What WhatsApp says: 200 done, 403 may not be added, 404 is none, 409 is one. */
                            code: string;
                        }[];
                    };
                };
            };
        };
    };
    getPhoneNumbersByIdGroupsByJidInviteCode: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
                /** @example 120363000000000000@g.us */
                jid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        invite_code: string;
                        /** @example https://chat.whatsapp.com/F1EX5QZxO181L3TMVP31gY */
                        invite_url: string;
                    };
                };
            };
        };
    };
    postPhoneNumbersByIdGroupsByJidInviteCode: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
                /** @example 120363000000000000@g.us */
                jid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        invite_code: string;
                        /** @example https://chat.whatsapp.com/F1EX5QZxO181L3TMVP31gY */
                        invite_url: string;
                    };
                };
            };
        };
    };
    getPhoneNumbersByIdProfile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        profile: {
                            jid: string | null;
                            phone_number: string | null;
                            name: string | null;
                            picture_url: string | null;
                            is_business: boolean;
                            email: string | null;
                            description: string | null;
                            website: string | null;
                        };
                    };
                };
            };
        };
    };
    patchPhoneNumbersByIdProfile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Support",
                 *       "about": "Mo-Fr 9-17"
                 *     }
                 */
                "application/json": {
                    /** @example Support */
                    name?: string;
                    /** @description The words below the name. */
                    about?: string;
                    picture_base64?: string | null;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        changed: ("name" | "about" | "picture_base64")[];
                    };
                };
            };
        };
    };
    getPhoneNumbersByIdProfilePicture: {
        parameters: {
            query?: {
                /**
                 * @description A number, or an address as a list gave it; your own unless given.
                 * @example 628123456789
                 */
                number?: string;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        jid: string;
                        phone_number: string | null;
                        picture_url: string | null;
                    };
                };
            };
        };
    };
    getPhoneNumbersByIdPrivacy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        privacy: {
                            read_receipts: string;
                            profile_picture: string;
                            about: string;
                            online: string;
                            last_seen: string;
                            groups: string;
                        };
                    };
                };
            };
        };
    };
    patchPhoneNumbersByIdPrivacy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "last_seen": "contacts"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description Who sees that you have read.
                     * @enum {unknown}
                     */
                    read_receipts?: "all" | "none";
                    /**
                     * @description Who sees your picture.
                     * @enum {unknown}
                     */
                    profile_picture?: "all" | "contacts" | "contact_blacklist" | "none";
                    /**
                     * @description Who sees the words below your name.
                     * @enum {unknown}
                     */
                    about?: "all" | "contacts" | "contact_blacklist" | "none";
                    /**
                     * @description Who sees that you are online.
                     * @enum {unknown}
                     */
                    online?: "all" | "match_last_seen";
                    /**
                     * @description Who sees when you were last online.
                     * @enum {unknown}
                     */
                    last_seen?: "all" | "contacts" | "contact_blacklist" | "none";
                    /**
                     * @description Who may add you to groups.
                     * @enum {unknown}
                     */
                    groups?: "all" | "contacts" | "contact_blacklist" | "none";
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        privacy: {
                            read_receipts: string;
                            profile_picture: string;
                            about: string;
                            online: string;
                            last_seen: string;
                            groups: string;
                        };
                    };
                };
            };
        };
    };
    getPhoneNumbersByIdShareLinks: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        share_links: {
                            /** Format: uuid */
                            id: string;
                            /** Format: date-time */
                            expires_at: string;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                    };
                };
            };
        };
    };
    postPhoneNumbersByIdShareLinks: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Seconds until the link ends.
                     * @default 3600
                     */
                    expires_in?: number;
                } | null;
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        id: string;
                        /** Format: date-time */
                        expires_at: string;
                        /** Format: date-time */
                        created_at: string;
                        /** @description Shown this once. Whoever has it can connect a phone to this number. */
                        url: string;
                    };
                };
            };
        };
    };
    deletePhoneNumbersByIdShareLinksByLinkId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
                linkId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        message: string;
                    };
                };
            };
        };
    };
    getPhoneNumbersByIdUptime: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /**
                         * Format: date-time
                         * @description When watching began: usually when the number was created.
                         */
                        since: string;
                        last_24h: {
                            connected_seconds: number;
                            /** @description Of this time, what the connection was watched. */
                            observed_seconds: number;
                            /** @description The connected share of what was watched; null before anything was. */
                            uptime: number | null;
                            /** @description Connections that ended in this time, whatever ended them. */
                            losses: number;
                        };
                        last_7d: {
                            connected_seconds: number;
                            /** @description Of this time, what the connection was watched. */
                            observed_seconds: number;
                            /** @description The connected share of what was watched; null before anything was. */
                            uptime: number | null;
                            /** @description Connections that ended in this time, whatever ended them. */
                            losses: number;
                        };
                        last_30d: {
                            connected_seconds: number;
                            /** @description Of this time, what the connection was watched. */
                            observed_seconds: number;
                            /** @description The connected share of what was watched; null before anything was. */
                            uptime: number | null;
                            /** @description Connections that ended in this time, whatever ended them. */
                            losses: number;
                        };
                    };
                };
            };
        };
    };
    getPools: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        pools: {
                            id: number;
                            name: string;
                            /**
                             * @description `round_robin`: in turn. `sticky`: a recipient stays with the number that last wrote to him. `least_used`: the one that sent least today (UTC).
                             * @enum {unknown}
                             */
                            strategy: "round_robin" | "sticky" | "least_used";
                            phone_numbers: {
                                id: number;
                                instance_name: string;
                                alias: string | null;
                                status: string;
                            }[];
                            /** Format: date-time */
                            created_at: string;
                        }[];
                    };
                };
            };
        };
    };
    postPools: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "sales",
                 *       "strategy": "round_robin",
                 *       "phone_number_ids": [
                 *         1,
                 *         2
                 *       ]
                 *     }
                 */
                "application/json": {
                    /**
                     * @description What sends call it: letters, digits, `.`, `_` and `-`. `all` is taken: it stands for all of your numbers.
                     * @example sales
                     */
                    name: string;
                    /**
                     * @description `round_robin`: in turn. `sticky`: a recipient stays with the number that last wrote to him. `least_used`: the one that sent least today (UTC).
                     * @enum {unknown}
                     */
                    strategy?: "round_robin" | "sticky" | "least_used";
                    /**
                     * @description Your phone numbers, in the order of their turns.
                     * @example [
                     *       1,
                     *       2
                     *     ]
                     */
                    phone_number_ids: number[];
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        pool: {
                            id: number;
                            name: string;
                            /**
                             * @description `round_robin`: in turn. `sticky`: a recipient stays with the number that last wrote to him. `least_used`: the one that sent least today (UTC).
                             * @enum {unknown}
                             */
                            strategy: "round_robin" | "sticky" | "least_used";
                            phone_numbers: {
                                id: number;
                                instance_name: string;
                                alias: string | null;
                                status: string;
                            }[];
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
    };
    getPoolsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        pool: {
                            id: number;
                            name: string;
                            /**
                             * @description `round_robin`: in turn. `sticky`: a recipient stays with the number that last wrote to him. `least_used`: the one that sent least today (UTC).
                             * @enum {unknown}
                             */
                            strategy: "round_robin" | "sticky" | "least_used";
                            phone_numbers: {
                                id: number;
                                instance_name: string;
                                alias: string | null;
                                status: string;
                            }[];
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
    };
    deletePoolsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        message: string;
                    };
                };
            };
        };
    };
    patchPoolsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "strategy": "sticky"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description What sends call it: letters, digits, `.`, `_` and `-`. `all` is taken: it stands for all of your numbers.
                     * @example sales
                     */
                    name?: string;
                    /**
                     * @description `round_robin`: in turn. `sticky`: a recipient stays with the number that last wrote to him. `least_used`: the one that sent least today (UTC).
                     * @enum {unknown}
                     */
                    strategy?: "round_robin" | "sticky" | "least_used";
                    /**
                     * @description Your phone numbers, in the order of their turns.
                     * @example [
                     *       1,
                     *       2
                     *     ]
                     */
                    phone_number_ids?: number[];
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        pool: {
                            id: number;
                            name: string;
                            /**
                             * @description `round_robin`: in turn. `sticky`: a recipient stays with the number that last wrote to him. `least_used`: the one that sent least today (UTC).
                             * @enum {unknown}
                             */
                            strategy: "round_robin" | "sticky" | "least_used";
                            phone_numbers: {
                                id: number;
                                instance_name: string;
                                alias: string | null;
                                status: string;
                            }[];
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
    };
    postMessagesSendText: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 visible ASCII characters. Repeated within 24 hours, it gets the answer to its first request, and nothing is sent again.
                 * @example 6f7d2b1c-order-1042
                 */
                "idempotency-key"?: string;
                /** @description `respond-async`: like `"async": true`. */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eft_…",
                 *       "number": "628123456789",
                 *       "text": "Hello from WhatsApp API!"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description The phone number's token.
                     * @example eft_…
                     */
                    token?: string;
                    /**
                     * @description In place of `token`: a pool of yours by its name, or `all` for all of your phone numbers. The one whose turn it is sends; the next one only where that one certainly did not.
                     * @example all
                     */
                    pool?: string;
                    /**
                     * @description 8 to 15 digits with the country code and an optional +, a group id (…@g.us), or an id (…@s.whatsapp.net, …@lid) from a message that this phone number received.
                     * @example 628123456789
                     */
                    number: string;
                    /** @example Hello from WhatsApp API! */
                    text: string;
                    /**
                     * @description True: answered with 202 once the message is stored; it leaves in its turn, also when the phone number is offline now. `Prefer: respond-async` asks for the same.
                     * @default false
                     */
                    async?: boolean;
                    /**
                     * Format: date-time
                     * @description When it leaves, at most a year ahead; answered with 202. It costs its unit of the day it leaves on.
                     * @example 2027-01-01T08:00:00Z
                     */
                    send_at?: string;
                    /**
                     * @description Seconds, from now or from `send_at`, after which it is not sent any more. Only for a message that waits.
                     * @default 86400
                     */
                    expires_in?: number;
                    /**
                     * @description Of a phone number's waiting messages the higher leaves first. Only for a message that waits.
                     * @default normal
                     * @enum {unknown}
                     */
                    priority?: "low" | "normal" | "high";
                    /** @description Milliseconds of "typing…" before it is sent. */
                    delay?: number;
                    /** @description The message it answers: its `message_id`, or its WhatsApp id on this phone number. */
                    quoted?: string;
                    /** @description Phone numbers mentioned, in a group. */
                    mentions?: string[];
                    /** @description Mentions everyone in the group. */
                    mentions_everyone?: boolean;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /** @enum {string} */
                        status: "sent";
                        whatsapp_id: string;
                        to: string;
                        /** @description True where a simulated backend took it: nothing reached WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /**
                         * @description `accepted` or `scheduled`; where an Idempotency-Key is repeated, what has become of it.
                         * @enum {unknown}
                         */
                        status: "accepted" | "scheduled" | "sending" | "failed" | "expired" | "cancelled" | "unknown";
                        to: string;
                        /** Format: date-time */
                        send_at?: string;
                        /** @description True on a simulated backend: nothing will reach WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
        };
    };
    postMessagesSendLocation: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 visible ASCII characters. Repeated within 24 hours, it gets the answer to its first request, and nothing is sent again.
                 * @example 6f7d2b1c-order-1042
                 */
                "idempotency-key"?: string;
                /** @description `respond-async`: like `"async": true`. */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eft_…",
                 *       "number": "628123456789",
                 *       "latitude": -6.1754,
                 *       "longitude": 106.8272,
                 *       "name": "Monas",
                 *       "address": "Gambir, Jakarta"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description The phone number's token.
                     * @example eft_…
                     */
                    token?: string;
                    /**
                     * @description In place of `token`: a pool of yours by its name, or `all` for all of your phone numbers. The one whose turn it is sends; the next one only where that one certainly did not.
                     * @example all
                     */
                    pool?: string;
                    /**
                     * @description 8 to 15 digits with the country code and an optional +, a group id (…@g.us), or an id (…@s.whatsapp.net, …@lid) from a message that this phone number received.
                     * @example 628123456789
                     */
                    number: string;
                    /** @example -6.2088 */
                    latitude: number;
                    /** @example 106.8456 */
                    longitude: number;
                    /** @example Monas */
                    name?: string;
                    /** @example Gambir, Jakarta */
                    address?: string;
                    /**
                     * @description True: answered with 202 once the message is stored; it leaves in its turn, also when the phone number is offline now. `Prefer: respond-async` asks for the same.
                     * @default false
                     */
                    async?: boolean;
                    /**
                     * Format: date-time
                     * @description When it leaves, at most a year ahead; answered with 202. It costs its unit of the day it leaves on.
                     * @example 2027-01-01T08:00:00Z
                     */
                    send_at?: string;
                    /**
                     * @description Seconds, from now or from `send_at`, after which it is not sent any more. Only for a message that waits.
                     * @default 86400
                     */
                    expires_in?: number;
                    /**
                     * @description Of a phone number's waiting messages the higher leaves first. Only for a message that waits.
                     * @default normal
                     * @enum {unknown}
                     */
                    priority?: "low" | "normal" | "high";
                    /** @description Milliseconds of "typing…" before it is sent. */
                    delay?: number;
                    /** @description The message it answers: its `message_id`, or its WhatsApp id on this phone number. */
                    quoted?: string;
                    /** @description Phone numbers mentioned, in a group. */
                    mentions?: string[];
                    /** @description Mentions everyone in the group. */
                    mentions_everyone?: boolean;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /** @enum {string} */
                        status: "sent";
                        whatsapp_id: string;
                        to: string;
                        /** @description True where a simulated backend took it: nothing reached WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /**
                         * @description `accepted` or `scheduled`; where an Idempotency-Key is repeated, what has become of it.
                         * @enum {unknown}
                         */
                        status: "accepted" | "scheduled" | "sending" | "failed" | "expired" | "cancelled" | "unknown";
                        to: string;
                        /** Format: date-time */
                        send_at?: string;
                        /** @description True on a simulated backend: nothing will reach WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
        };
    };
    postMessagesSendContact: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 visible ASCII characters. Repeated within 24 hours, it gets the answer to its first request, and nothing is sent again.
                 * @example 6f7d2b1c-order-1042
                 */
                "idempotency-key"?: string;
                /** @description `respond-async`: like `"async": true`. */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eft_…",
                 *       "number": "628123456789",
                 *       "contacts": [
                 *         {
                 *           "full_name": "Ada Lovelace",
                 *           "phone_number": "628123456789"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    /**
                     * @description The phone number's token.
                     * @example eft_…
                     */
                    token?: string;
                    /**
                     * @description In place of `token`: a pool of yours by its name, or `all` for all of your phone numbers. The one whose turn it is sends; the next one only where that one certainly did not.
                     * @example all
                     */
                    pool?: string;
                    /**
                     * @description 8 to 15 digits with the country code and an optional +, a group id (…@g.us), or an id (…@s.whatsapp.net, …@lid) from a message that this phone number received.
                     * @example 628123456789
                     */
                    number: string;
                    contacts: {
                        /** @example Ada Lovelace */
                        full_name: string;
                        /**
                         * @description 10 to 15 digits with the country code.
                         * @example 628123456789
                         */
                        phone_number: string;
                        organization?: string;
                        email?: string;
                        url?: string;
                    }[];
                    /**
                     * @description True: answered with 202 once the message is stored; it leaves in its turn, also when the phone number is offline now. `Prefer: respond-async` asks for the same.
                     * @default false
                     */
                    async?: boolean;
                    /**
                     * Format: date-time
                     * @description When it leaves, at most a year ahead; answered with 202. It costs its unit of the day it leaves on.
                     * @example 2027-01-01T08:00:00Z
                     */
                    send_at?: string;
                    /**
                     * @description Seconds, from now or from `send_at`, after which it is not sent any more. Only for a message that waits.
                     * @default 86400
                     */
                    expires_in?: number;
                    /**
                     * @description Of a phone number's waiting messages the higher leaves first. Only for a message that waits.
                     * @default normal
                     * @enum {unknown}
                     */
                    priority?: "low" | "normal" | "high";
                    /** @description Milliseconds of "typing…" before it is sent. */
                    delay?: number;
                    /** @description The message it answers: its `message_id`, or its WhatsApp id on this phone number. */
                    quoted?: string;
                    /** @description Phone numbers mentioned, in a group. */
                    mentions?: string[];
                    /** @description Mentions everyone in the group. */
                    mentions_everyone?: boolean;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /** @enum {string} */
                        status: "sent";
                        whatsapp_id: string;
                        to: string;
                        /** @description True where a simulated backend took it: nothing reached WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /**
                         * @description `accepted` or `scheduled`; where an Idempotency-Key is repeated, what has become of it.
                         * @enum {unknown}
                         */
                        status: "accepted" | "scheduled" | "sending" | "failed" | "expired" | "cancelled" | "unknown";
                        to: string;
                        /** Format: date-time */
                        send_at?: string;
                        /** @description True on a simulated backend: nothing will reach WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
        };
    };
    postMessagesSendPoll: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 visible ASCII characters. Repeated within 24 hours, it gets the answer to its first request, and nothing is sent again.
                 * @example 6f7d2b1c-order-1042
                 */
                "idempotency-key"?: string;
                /** @description `respond-async`: like `"async": true`. */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eft_…",
                 *       "number": "628123456789",
                 *       "question": "Lunch?",
                 *       "options": [
                 *         "Yes",
                 *         "No"
                 *       ],
                 *       "selectable_count": 1
                 *     }
                 */
                "application/json": {
                    /**
                     * @description The phone number's token.
                     * @example eft_…
                     */
                    token?: string;
                    /**
                     * @description In place of `token`: a pool of yours by its name, or `all` for all of your phone numbers. The one whose turn it is sends; the next one only where that one certainly did not.
                     * @example all
                     */
                    pool?: string;
                    /**
                     * @description 8 to 15 digits with the country code and an optional +, a group id (…@g.us), or an id (…@s.whatsapp.net, …@lid) from a message that this phone number received.
                     * @example 628123456789
                     */
                    number: string;
                    /** @example Lunch? */
                    question: string;
                    /**
                     * @description All different.
                     * @example [
                     *       "Yes",
                     *       "No"
                     *     ]
                     */
                    options: string[];
                    /**
                     * @description How many one person may choose.
                     * @default 1
                     */
                    selectable_count?: number;
                    /**
                     * @description True: answered with 202 once the message is stored; it leaves in its turn, also when the phone number is offline now. `Prefer: respond-async` asks for the same.
                     * @default false
                     */
                    async?: boolean;
                    /**
                     * Format: date-time
                     * @description When it leaves, at most a year ahead; answered with 202. It costs its unit of the day it leaves on.
                     * @example 2027-01-01T08:00:00Z
                     */
                    send_at?: string;
                    /**
                     * @description Seconds, from now or from `send_at`, after which it is not sent any more. Only for a message that waits.
                     * @default 86400
                     */
                    expires_in?: number;
                    /**
                     * @description Of a phone number's waiting messages the higher leaves first. Only for a message that waits.
                     * @default normal
                     * @enum {unknown}
                     */
                    priority?: "low" | "normal" | "high";
                    /** @description Milliseconds of "typing…" before it is sent. */
                    delay?: number;
                    /** @description The message it answers: its `message_id`, or its WhatsApp id on this phone number. */
                    quoted?: string;
                    /** @description Phone numbers mentioned, in a group. */
                    mentions?: string[];
                    /** @description Mentions everyone in the group. */
                    mentions_everyone?: boolean;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /** @enum {string} */
                        status: "sent";
                        whatsapp_id: string;
                        to: string;
                        /** @description True where a simulated backend took it: nothing reached WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /**
                         * @description `accepted` or `scheduled`; where an Idempotency-Key is repeated, what has become of it.
                         * @enum {unknown}
                         */
                        status: "accepted" | "scheduled" | "sending" | "failed" | "expired" | "cancelled" | "unknown";
                        to: string;
                        /** Format: date-time */
                        send_at?: string;
                        /** @description True on a simulated backend: nothing will reach WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
        };
    };
    postMessagesSendList: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 visible ASCII characters. Repeated within 24 hours, it gets the answer to its first request, and nothing is sent again.
                 * @example 6f7d2b1c-order-1042
                 */
                "idempotency-key"?: string;
                /** @description `respond-async`: like `"async": true`. */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eft_…",
                 *       "number": "628123456789",
                 *       "title": "Menu",
                 *       "button_text": "Choose",
                 *       "sections": [
                 *         {
                 *           "title": "Hot",
                 *           "rows": [
                 *             {
                 *               "id": "1",
                 *               "title": "Tea"
                 *             }
                 *           ]
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    /**
                     * @description The phone number's token.
                     * @example eft_…
                     */
                    token?: string;
                    /**
                     * @description In place of `token`: a pool of yours by its name, or `all` for all of your phone numbers. The one whose turn it is sends; the next one only where that one certainly did not.
                     * @example all
                     */
                    pool?: string;
                    /**
                     * @description 8 to 15 digits with the country code and an optional +, a group id (…@g.us), or an id (…@s.whatsapp.net, …@lid) from a message that this phone number received.
                     * @example 628123456789
                     */
                    number: string;
                    /** @example Menu */
                    title: string;
                    description?: string;
                    footer?: string;
                    /** @example Choose */
                    button_text: string;
                    /** @description At most 10 rows in all, each with an id of its own. */
                    sections: {
                        title: string;
                        rows: {
                            id: string;
                            title: string;
                            description?: string;
                        }[];
                    }[];
                    /**
                     * @description True: answered with 202 once the message is stored; it leaves in its turn, also when the phone number is offline now. `Prefer: respond-async` asks for the same.
                     * @default false
                     */
                    async?: boolean;
                    /**
                     * Format: date-time
                     * @description When it leaves, at most a year ahead; answered with 202. It costs its unit of the day it leaves on.
                     * @example 2027-01-01T08:00:00Z
                     */
                    send_at?: string;
                    /**
                     * @description Seconds, from now or from `send_at`, after which it is not sent any more. Only for a message that waits.
                     * @default 86400
                     */
                    expires_in?: number;
                    /**
                     * @description Of a phone number's waiting messages the higher leaves first. Only for a message that waits.
                     * @default normal
                     * @enum {unknown}
                     */
                    priority?: "low" | "normal" | "high";
                    /** @description Milliseconds of "typing…" before it is sent. */
                    delay?: number;
                    /** @description The message it answers: its `message_id`, or its WhatsApp id on this phone number. */
                    quoted?: string;
                    /** @description Phone numbers mentioned, in a group. */
                    mentions?: string[];
                    /** @description Mentions everyone in the group. */
                    mentions_everyone?: boolean;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /** @enum {string} */
                        status: "sent";
                        whatsapp_id: string;
                        to: string;
                        /** @description True where a simulated backend took it: nothing reached WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /**
                         * @description `accepted` or `scheduled`; where an Idempotency-Key is repeated, what has become of it.
                         * @enum {unknown}
                         */
                        status: "accepted" | "scheduled" | "sending" | "failed" | "expired" | "cancelled" | "unknown";
                        to: string;
                        /** Format: date-time */
                        send_at?: string;
                        /** @description True on a simulated backend: nothing will reach WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
        };
    };
    postMessagesSendButtons: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 visible ASCII characters. Repeated within 24 hours, it gets the answer to its first request, and nothing is sent again.
                 * @example 6f7d2b1c-order-1042
                 */
                "idempotency-key"?: string;
                /** @description `respond-async`: like `"async": true`. */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eft_…",
                 *       "number": "628123456789",
                 *       "title": "Your order",
                 *       "buttons": [
                 *         {
                 *           "type": "reply",
                 *           "text": "Confirm",
                 *           "id": "confirm"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    /**
                     * @description The phone number's token.
                     * @example eft_…
                     */
                    token?: string;
                    /**
                     * @description In place of `token`: a pool of yours by its name, or `all` for all of your phone numbers. The one whose turn it is sends; the next one only where that one certainly did not.
                     * @example all
                     */
                    pool?: string;
                    /**
                     * @description 8 to 15 digits with the country code and an optional +, a group id (…@g.us), or an id (…@s.whatsapp.net, …@lid) from a message that this phone number received.
                     * @example 628123456789
                     */
                    number: string;
                    /** @example Your order */
                    title: string;
                    description?: string;
                    footer?: string;
                    /**
                     * @description Reply buttons stand among themselves, and a pix button alone.
                     * @example [
                     *       {
                     *         "type": "reply",
                     *         "text": "Yes",
                     *         "id": "yes"
                     *       }
                     *     ]
                     */
                    buttons: ({
                        /** @enum {string} */
                        type: "reply";
                        text: string;
                        id: string;
                    } | {
                        /** @enum {string} */
                        type: "url";
                        text: string;
                        url: string;
                    } | {
                        /** @enum {string} */
                        type: "call";
                        text: string;
                        phone_number: string;
                    } | {
                        /** @enum {string} */
                        type: "copy";
                        text: string;
                        code: string;
                    } | {
                        /** @enum {string} */
                        type: "pix";
                        /** @example BRL */
                        currency: string;
                        name: string;
                        /** @enum {unknown} */
                        key_type: "phone" | "email" | "cpf" | "cnpj" | "random";
                        key: string;
                    })[];
                    /**
                     * @description True: answered with 202 once the message is stored; it leaves in its turn, also when the phone number is offline now. `Prefer: respond-async` asks for the same.
                     * @default false
                     */
                    async?: boolean;
                    /**
                     * Format: date-time
                     * @description When it leaves, at most a year ahead; answered with 202. It costs its unit of the day it leaves on.
                     * @example 2027-01-01T08:00:00Z
                     */
                    send_at?: string;
                    /**
                     * @description Seconds, from now or from `send_at`, after which it is not sent any more. Only for a message that waits.
                     * @default 86400
                     */
                    expires_in?: number;
                    /**
                     * @description Of a phone number's waiting messages the higher leaves first. Only for a message that waits.
                     * @default normal
                     * @enum {unknown}
                     */
                    priority?: "low" | "normal" | "high";
                    /** @description Milliseconds of "typing…" before it is sent. */
                    delay?: number;
                    /** @description The message it answers: its `message_id`, or its WhatsApp id on this phone number. */
                    quoted?: string;
                    /** @description Phone numbers mentioned, in a group. */
                    mentions?: string[];
                    /** @description Mentions everyone in the group. */
                    mentions_everyone?: boolean;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /** @enum {string} */
                        status: "sent";
                        whatsapp_id: string;
                        to: string;
                        /** @description True where a simulated backend took it: nothing reached WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /**
                         * @description `accepted` or `scheduled`; where an Idempotency-Key is repeated, what has become of it.
                         * @enum {unknown}
                         */
                        status: "accepted" | "scheduled" | "sending" | "failed" | "expired" | "cancelled" | "unknown";
                        to: string;
                        /** Format: date-time */
                        send_at?: string;
                        /** @description True on a simulated backend: nothing will reach WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
        };
    };
    postMessagesSendTemplate: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 visible ASCII characters. Repeated within 24 hours, it gets the answer to its first request, and nothing is sent again.
                 * @example 6f7d2b1c-order-1042
                 */
                "idempotency-key"?: string;
                /** @description `respond-async`: like `"async": true`. */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eft_…",
                 *       "number": "628123456789",
                 *       "name": "hello_world",
                 *       "language": "en_US"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description The phone number's token.
                     * @example eft_…
                     */
                    token?: string;
                    /**
                     * @description In place of `token`: a pool of yours by its name, or `all` for all of your phone numbers. The one whose turn it is sends; the next one only where that one certainly did not.
                     * @example all
                     */
                    pool?: string;
                    /**
                     * @description 8 to 15 digits with the country code and an optional +, a group id (…@g.us), or an id (…@s.whatsapp.net, …@lid) from a message that this phone number received.
                     * @example 628123456789
                     */
                    number: string;
                    /** @example hello_world */
                    name: string;
                    /** @example en_US */
                    language: string;
                    /** @description As WhatsApp's Cloud API takes them; at most 32 KiB of JSON. */
                    components?: {
                        [key: string]: unknown;
                    }[];
                    /**
                     * @description True: answered with 202 once the message is stored; it leaves in its turn, also when the phone number is offline now. `Prefer: respond-async` asks for the same.
                     * @default false
                     */
                    async?: boolean;
                    /**
                     * Format: date-time
                     * @description When it leaves, at most a year ahead; answered with 202. It costs its unit of the day it leaves on.
                     * @example 2027-01-01T08:00:00Z
                     */
                    send_at?: string;
                    /**
                     * @description Seconds, from now or from `send_at`, after which it is not sent any more. Only for a message that waits.
                     * @default 86400
                     */
                    expires_in?: number;
                    /**
                     * @description Of a phone number's waiting messages the higher leaves first. Only for a message that waits.
                     * @default normal
                     * @enum {unknown}
                     */
                    priority?: "low" | "normal" | "high";
                    /** @description Milliseconds of "typing…" before it is sent. */
                    delay?: number;
                    /** @description The message it answers: its `message_id`, or its WhatsApp id on this phone number. */
                    quoted?: string;
                    /** @description Phone numbers mentioned, in a group. */
                    mentions?: string[];
                    /** @description Mentions everyone in the group. */
                    mentions_everyone?: boolean;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /** @enum {string} */
                        status: "sent";
                        whatsapp_id: string;
                        to: string;
                        /** @description True where a simulated backend took it: nothing reached WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /**
                         * @description `accepted` or `scheduled`; where an Idempotency-Key is repeated, what has become of it.
                         * @enum {unknown}
                         */
                        status: "accepted" | "scheduled" | "sending" | "failed" | "expired" | "cancelled" | "unknown";
                        to: string;
                        /** Format: date-time */
                        send_at?: string;
                        /** @description True on a simulated backend: nothing will reach WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
        };
    };
    postMessagesSendReaction: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 visible ASCII characters. Repeated within 24 hours, it gets the answer to its first request, and nothing is sent again.
                 * @example 6f7d2b1c-order-1042
                 */
                "idempotency-key"?: string;
                /** @description `respond-async`: like `"async": true`. */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eft_…",
                 *       "message_id": "01900000-0000-7000-8000-000000000000",
                 *       "emoji": "👍"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description The phone number's token.
                     * @example eft_…
                     */
                    token?: string;
                    /**
                     * @description In place of `token`: a pool of yours by its name, or `all` for all of your phone numbers. The one whose turn it is sends; the next one only where that one certainly did not.
                     * @example all
                     */
                    pool?: string;
                    /** @description The `message_id` of a message of this phone number, or its WhatsApp id. */
                    message_id: string;
                    /**
                     * @description One emoji; empty takes the reaction back.
                     * @example 👍
                     */
                    emoji: string;
                    /**
                     * @description True: answered with 202 once the message is stored; it leaves in its turn, also when the phone number is offline now. `Prefer: respond-async` asks for the same.
                     * @default false
                     */
                    async?: boolean;
                    /**
                     * Format: date-time
                     * @description When it leaves, at most a year ahead; answered with 202. It costs its unit of the day it leaves on.
                     * @example 2027-01-01T08:00:00Z
                     */
                    send_at?: string;
                    /**
                     * @description Seconds, from now or from `send_at`, after which it is not sent any more. Only for a message that waits.
                     * @default 86400
                     */
                    expires_in?: number;
                    /**
                     * @description Of a phone number's waiting messages the higher leaves first. Only for a message that waits.
                     * @default normal
                     * @enum {unknown}
                     */
                    priority?: "low" | "normal" | "high";
                    /** @description Milliseconds of "typing…" before it is sent. */
                    delay?: number;
                    /** @description The message it answers: its `message_id`, or its WhatsApp id on this phone number. */
                    quoted?: string;
                    /** @description Phone numbers mentioned, in a group. */
                    mentions?: string[];
                    /** @description Mentions everyone in the group. */
                    mentions_everyone?: boolean;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /** @enum {string} */
                        status: "sent";
                        whatsapp_id: string;
                        to: string;
                        /** @description True where a simulated backend took it: nothing reached WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /**
                         * @description `accepted` or `scheduled`; where an Idempotency-Key is repeated, what has become of it.
                         * @enum {unknown}
                         */
                        status: "accepted" | "scheduled" | "sending" | "failed" | "expired" | "cancelled" | "unknown";
                        to: string;
                        /** Format: date-time */
                        send_at?: string;
                        /** @description True on a simulated backend: nothing will reach WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
        };
    };
    postMessagesByIdEdit: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "text": "Hello again!"
                 *     }
                 */
                "application/json": {
                    /** @example Hello again! */
                    text: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                    };
                };
            };
        };
    };
    getMessagesById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        message: {
                            /** Format: uuid */
                            id: string;
                            /** @enum {unknown} */
                            direction: "outbound" | "inbound";
                            /** @example text */
                            kind: string;
                            /**
                             * @description `unknown`: nobody can say whether it was sent, and it is never sent again by itself · `received`: every inbound message.
                             * @enum {unknown}
                             */
                            status: "scheduled" | "accepted" | "sending" | "sent" | "delivered" | "read" | "played" | "failed" | "expired" | "cancelled" | "unknown" | "received";
                            status_reason: string | null;
                            /** @description Outbound: where it went, digits where that is a phone number. */
                            to?: string;
                            /** @description Inbound: who wrote, digits where that is a phone number. */
                            from?: string;
                            /** @description Inbound: where it was written, such as a group. */
                            chat?: string;
                            phone_number_id: number;
                            whatsapp_id: string | null;
                            content: {
                                text: string | null;
                                caption: string | null;
                                file_name: string | null;
                                mimetype: string | null;
                                media_url: string | null;
                                /** @description Of one message that was sent as location, contact, poll and the like: all that it says. */
                                details?: {
                                    [key: string]: unknown;
                                };
                            };
                            priority: ("low" | "normal" | "high") | null;
                            campaign_id: string | null;
                            retry_of: string | null;
                            evidence: ("answer" | "echo" | "history") | null;
                            /** Format: date-time */
                            created_at: string;
                            send_at: string | null;
                            expires_at: string | null;
                            called_at: string | null;
                            sent_at: string | null;
                            delivered_at: string | null;
                            read_at: string | null;
                            played_at: string | null;
                            edited_at: string | null;
                            deleted_at: string | null;
                            ended_at: string | null;
                            /** @description True on a simulated backend: nothing reaches WhatsApp. */
                            sandbox: boolean;
                            /** @description Its moves, oldest first. */
                            history: {
                                /**
                                 * @description `unknown`: nobody can say whether it was sent, and it is never sent again by itself · `received`: every inbound message.
                                 * @enum {unknown}
                                 */
                                status: "scheduled" | "accepted" | "sending" | "sent" | "delivered" | "read" | "played" | "failed" | "expired" | "cancelled" | "unknown" | "received";
                                /** Format: date-time */
                                at: string;
                            }[];
                        };
                    };
                };
            };
        };
    };
    deleteMessagesById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                    };
                };
            };
        };
    };
    patchMessagesById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "send_at": "2030-01-01T09:00:00Z"
                 *     }
                 */
                "application/json": {
                    /**
                     * Format: date-time
                     * @description When it leaves, at most a year ahead; answered with 202. It costs its unit of the day it leaves on.
                     * @example 2027-01-01T08:00:00Z
                     */
                    send_at?: string;
                    /**
                     * @description Of a phone number's waiting messages the higher leaves first. Only for a message that waits.
                     * @default normal
                     * @enum {unknown}
                     */
                    priority?: "low" | "normal" | "high";
                    /**
                     * @description Seconds, from now or from `send_at`, after which it is not sent any more. Only for a message that waits.
                     * @default 86400
                     */
                    expires_in?: number;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        message: {
                            /** Format: uuid */
                            id: string;
                            /** @enum {unknown} */
                            direction: "outbound" | "inbound";
                            /** @example text */
                            kind: string;
                            /**
                             * @description `unknown`: nobody can say whether it was sent, and it is never sent again by itself · `received`: every inbound message.
                             * @enum {unknown}
                             */
                            status: "scheduled" | "accepted" | "sending" | "sent" | "delivered" | "read" | "played" | "failed" | "expired" | "cancelled" | "unknown" | "received";
                            status_reason: string | null;
                            /** @description Outbound: where it went, digits where that is a phone number. */
                            to?: string;
                            /** @description Inbound: who wrote, digits where that is a phone number. */
                            from?: string;
                            /** @description Inbound: where it was written, such as a group. */
                            chat?: string;
                            phone_number_id: number;
                            whatsapp_id: string | null;
                            content: {
                                text: string | null;
                                caption: string | null;
                                file_name: string | null;
                                mimetype: string | null;
                                media_url: string | null;
                                /** @description Of one message that was sent as location, contact, poll and the like: all that it says. */
                                details?: {
                                    [key: string]: unknown;
                                };
                            };
                            priority: ("low" | "normal" | "high") | null;
                            campaign_id: string | null;
                            retry_of: string | null;
                            evidence: ("answer" | "echo" | "history") | null;
                            /** Format: date-time */
                            created_at: string;
                            send_at: string | null;
                            expires_at: string | null;
                            called_at: string | null;
                            sent_at: string | null;
                            delivered_at: string | null;
                            read_at: string | null;
                            played_at: string | null;
                            edited_at: string | null;
                            deleted_at: string | null;
                            ended_at: string | null;
                            /** @description True on a simulated backend: nothing reaches WhatsApp. */
                            sandbox: boolean;
                            /** @description Its moves, oldest first. */
                            history: {
                                /**
                                 * @description `unknown`: nobody can say whether it was sent, and it is never sent again by itself · `received`: every inbound message.
                                 * @enum {unknown}
                                 */
                                status: "scheduled" | "accepted" | "sending" | "sent" | "delivered" | "read" | "played" | "failed" | "expired" | "cancelled" | "unknown" | "received";
                                /** Format: date-time */
                                at: string;
                            }[];
                        };
                    };
                };
            };
        };
    };
    postMessagesMarkRead: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eft_…",
                 *       "message_ids": [
                 *         "3A00000000000000000000"
                 *       ]
                 *     }
                 */
                "application/json": {
                    /**
                     * @description The phone number's token.
                     * @example eft_…
                     */
                    token: string;
                    /** @description Messages that this phone number received: ids of ours, or WhatsApp ids. */
                    message_ids: string[];
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @description How many were handed over; those of hidden addresses (@lid) cannot be. */
                        marked: number;
                    };
                };
            };
        };
    };
    postMessagesPresence: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eft_…",
                 *       "number": "628123456789",
                 *       "state": "composing",
                 *       "duration_ms": 2000
                 *     }
                 */
                "application/json": {
                    /**
                     * @description The phone number's token.
                     * @example eft_…
                     */
                    token: string;
                    /**
                     * @description 8 to 15 digits with the country code and an optional +, a group id (…@g.us), or an id (…@s.whatsapp.net, …@lid) from a message that this phone number received.
                     * @example 628123456789
                     */
                    number: string;
                    /** @enum {unknown} */
                    state: "composing" | "recording" | "paused" | "available" | "unavailable";
                    /** @default 2000 */
                    duration_ms?: number;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                    };
                };
            };
        };
    };
    postMessagesCheckNumbers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eft_…",
                 *       "numbers": [
                 *         "628123456789"
                 *       ]
                 *     }
                 */
                "application/json": {
                    /**
                     * @description The phone number's token.
                     * @example eft_…
                     */
                    token: string;
                    numbers: string[];
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        numbers: {
                            /** @description Digits. */
                            number: string;
                            /** @description Whether it is on WhatsApp. */
                            exists: boolean;
                            /** @description Its address there. */
                            jid: string | null;
                            /** @description True where it was found out within the last 24 hours, and not asked again. */
                            cached: boolean;
                        }[];
                    };
                };
            };
        };
    };
    postMessagesByIdRetry: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 visible ASCII characters. Repeated within 24 hours, it gets the answer to its first request, and nothing is sent again.
                 * @example 6f7d2b1c-order-1042
                 */
                "idempotency-key"?: string;
                /** @description `respond-async`: like `"async": true`. */
                prefer?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "async": true,
                 *       "priority": "high"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description True: answered with 202 once the message is stored; it leaves in its turn, also when the phone number is offline now. `Prefer: respond-async` asks for the same.
                     * @default false
                     */
                    async?: boolean;
                    /**
                     * Format: date-time
                     * @description When it leaves, at most a year ahead; answered with 202. It costs its unit of the day it leaves on.
                     * @example 2027-01-01T08:00:00Z
                     */
                    send_at?: string;
                    /**
                     * @description Seconds, from now or from `send_at`, after which it is not sent any more. Only for a message that waits.
                     * @default 86400
                     */
                    expires_in?: number;
                    /**
                     * @description Of a phone number's waiting messages the higher leaves first. Only for a message that waits.
                     * @default normal
                     * @enum {unknown}
                     */
                    priority?: "low" | "normal" | "high";
                    /** @description Milliseconds of "typing…" before it is sent. */
                    delay?: number;
                    /** @description The message it answers: its `message_id`, or its WhatsApp id on this phone number. */
                    quoted?: string;
                    /** @description Phone numbers mentioned, in a group. */
                    mentions?: string[];
                    /** @description Mentions everyone in the group. */
                    mentions_everyone?: boolean;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /** @enum {string} */
                        status: "sent";
                        whatsapp_id: string;
                        to: string;
                        /** @description True where a simulated backend took it: nothing reached WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /**
                         * @description `accepted` or `scheduled`; where an Idempotency-Key is repeated, what has become of it.
                         * @enum {unknown}
                         */
                        status: "accepted" | "scheduled" | "sending" | "failed" | "expired" | "cancelled" | "unknown";
                        to: string;
                        /** Format: date-time */
                        send_at?: string;
                        /** @description True on a simulated backend: nothing will reach WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
        };
    };
    postMessagesByIdCancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        message: {
                            /** Format: uuid */
                            id: string;
                            /** @enum {unknown} */
                            direction: "outbound" | "inbound";
                            /** @example text */
                            kind: string;
                            /**
                             * @description `unknown`: nobody can say whether it was sent, and it is never sent again by itself · `received`: every inbound message.
                             * @enum {unknown}
                             */
                            status: "scheduled" | "accepted" | "sending" | "sent" | "delivered" | "read" | "played" | "failed" | "expired" | "cancelled" | "unknown" | "received";
                            status_reason: string | null;
                            /** @description Outbound: where it went, digits where that is a phone number. */
                            to?: string;
                            /** @description Inbound: who wrote, digits where that is a phone number. */
                            from?: string;
                            /** @description Inbound: where it was written, such as a group. */
                            chat?: string;
                            phone_number_id: number;
                            whatsapp_id: string | null;
                            content: {
                                text: string | null;
                                caption: string | null;
                                file_name: string | null;
                                mimetype: string | null;
                                media_url: string | null;
                                /** @description Of one message that was sent as location, contact, poll and the like: all that it says. */
                                details?: {
                                    [key: string]: unknown;
                                };
                            };
                            priority: ("low" | "normal" | "high") | null;
                            campaign_id: string | null;
                            retry_of: string | null;
                            evidence: ("answer" | "echo" | "history") | null;
                            /** Format: date-time */
                            created_at: string;
                            send_at: string | null;
                            expires_at: string | null;
                            called_at: string | null;
                            sent_at: string | null;
                            delivered_at: string | null;
                            read_at: string | null;
                            played_at: string | null;
                            edited_at: string | null;
                            deleted_at: string | null;
                            ended_at: string | null;
                            /** @description True on a simulated backend: nothing reaches WhatsApp. */
                            sandbox: boolean;
                            /** @description Its moves, oldest first. */
                            history: {
                                /**
                                 * @description `unknown`: nobody can say whether it was sent, and it is never sent again by itself · `received`: every inbound message.
                                 * @enum {unknown}
                                 */
                                status: "scheduled" | "accepted" | "sending" | "sent" | "delivered" | "read" | "played" | "failed" | "expired" | "cancelled" | "unknown" | "received";
                                /** Format: date-time */
                                at: string;
                            }[];
                        };
                    };
                };
            };
        };
    };
    getMessages: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                phone_number_id?: number;
                /** @description `unknown`: nobody can say whether it was sent, and it is never sent again by itself · `received`: every inbound message. */
                status?: "scheduled" | "accepted" | "sending" | "sent" | "delivered" | "read" | "played" | "failed" | "expired" | "cancelled" | "unknown" | "received";
                direction?: "outbound" | "inbound";
                /** @example text */
                kind?: string;
                campaign_id?: string;
                /**
                 * @description Sent to this number or address, as `to` of a message gives it.
                 * @example 628123456789
                 */
                to?: string;
                /** @description Accepted or received from this moment on. */
                since?: string;
                /** @description Accepted or received before this moment. */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        messages: {
                            /** Format: uuid */
                            id: string;
                            /** @enum {unknown} */
                            direction: "outbound" | "inbound";
                            /** @example text */
                            kind: string;
                            /**
                             * @description `unknown`: nobody can say whether it was sent, and it is never sent again by itself · `received`: every inbound message.
                             * @enum {unknown}
                             */
                            status: "scheduled" | "accepted" | "sending" | "sent" | "delivered" | "read" | "played" | "failed" | "expired" | "cancelled" | "unknown" | "received";
                            status_reason: string | null;
                            /** @description Outbound: where it went, digits where that is a phone number. */
                            to?: string;
                            /** @description Inbound: who wrote, digits where that is a phone number. */
                            from?: string;
                            /** @description Inbound: where it was written, such as a group. */
                            chat?: string;
                            phone_number_id: number;
                            whatsapp_id: string | null;
                            content: {
                                text: string | null;
                                caption: string | null;
                                file_name: string | null;
                                mimetype: string | null;
                                media_url: string | null;
                                /** @description Of one message that was sent as location, contact, poll and the like: all that it says. */
                                details?: {
                                    [key: string]: unknown;
                                };
                            };
                            priority: ("low" | "normal" | "high") | null;
                            campaign_id: string | null;
                            retry_of: string | null;
                            evidence: ("answer" | "echo" | "history") | null;
                            /** Format: date-time */
                            created_at: string;
                            send_at: string | null;
                            expires_at: string | null;
                            called_at: string | null;
                            sent_at: string | null;
                            delivered_at: string | null;
                            read_at: string | null;
                            played_at: string | null;
                            edited_at: string | null;
                            deleted_at: string | null;
                            ended_at: string | null;
                            /** @description True on a simulated backend: nothing reaches WhatsApp. */
                            sandbox: boolean;
                            /** @description Its moves, oldest first. */
                            history: {
                                /**
                                 * @description `unknown`: nobody can say whether it was sent, and it is never sent again by itself · `received`: every inbound message.
                                 * @enum {unknown}
                                 */
                                status: "scheduled" | "accepted" | "sending" | "sent" | "delivered" | "read" | "played" | "failed" | "expired" | "cancelled" | "unknown" | "received";
                                /** Format: date-time */
                                at: string;
                            }[];
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    getMessagesByIdMedia: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @description Gives the bytes to whoever has it, without a key: keep it to yourself. */
                        url: string;
                        /** Format: date-time */
                        expires_at: string;
                        mimetype: string | null;
                        file_name: string | null;
                        size: number | null;
                    };
                };
            };
        };
    };
    postMessagesBulk: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 visible ASCII characters. Repeated within 24 hours, it gets the answer to its first request, and nothing is sent again.
                 * @example 6f7d2b1c-order-1042
                 */
                "idempotency-key"?: string;
                /** @description `respond-async`: like `"async": true`. */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eft_…",
                 *       "name": "Opening hours",
                 *       "text": "Hello {{name}}, we are open on Sunday.",
                 *       "recipients": [
                 *         {
                 *           "number": "628123456789",
                 *           "variables": {
                 *             "name": "Ayu"
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description The phone number's token. */
                    token: string;
                    name?: string;
                    recipients: {
                        /**
                         * @description 8 to 15 digits with the country code and an optional +.
                         * @example 628123456789
                         */
                        number: string;
                        /** @description What takes the place of `{{name}}` in the text or the caption. */
                        variables?: {
                            [key: string]: string;
                        };
                    }[];
                    /**
                     * @description With `{{variables}}`; or give mediaType and mediaUrl.
                     * @example Hello {{name}}!
                     */
                    text?: string;
                    /** @enum {unknown} */
                    mediaType?: "image" | "video" | "audio" | "document";
                    mediaUrl?: string;
                    fileName?: string;
                    /** @description With `{{variables}}`. */
                    caption?: string;
                    /**
                     * Format: date-time
                     * @description Not before this moment; at most a year ahead.
                     */
                    send_at?: string;
                    /** @description Seconds from when it may leave until what has not left does not leave any more; a day if unset. */
                    expires_in?: number;
                    /**
                     * @description `low` if unset.
                     * @enum {unknown}
                     */
                    priority?: "low" | "normal" | "high";
                };
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        campaign_id: string;
                        campaign: {
                            /** Format: uuid */
                            id: string;
                            name: string | null;
                            phone_number_id: number;
                            /** @example text */
                            kind: string;
                            /** @enum {unknown} */
                            status: "running" | "paused" | "cancelled" | "finished";
                            total: number;
                            /** @description Recipients left out because they are on the opt-out list. */
                            opted_out: number;
                            /** @description Messages; together as many as `total`, while they are kept. */
                            progress: {
                                /** @description Waiting for their turn, or for their time. */
                                queued: number;
                                sending: number;
                                /** @description Delivered and read ones included. */
                                sent: number;
                                failed: number;
                                /** @description Nobody can say whether they were sent; they are never sent again. */
                                unknown: number;
                                expired: number;
                                cancelled: number;
                            };
                            /** Format: date-time */
                            created_at: string;
                            finished_at: string | null;
                        };
                        /** @description No messages were made for these. */
                        opted_out_numbers: string[];
                    };
                };
            };
        };
    };
    getCampaigns: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                status?: "running" | "paused" | "cancelled" | "finished";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        campaigns: {
                            /** Format: uuid */
                            id: string;
                            name: string | null;
                            phone_number_id: number;
                            /** @example text */
                            kind: string;
                            /** @enum {unknown} */
                            status: "running" | "paused" | "cancelled" | "finished";
                            total: number;
                            /** @description Recipients left out because they are on the opt-out list. */
                            opted_out: number;
                            /** @description Messages; together as many as `total`, while they are kept. */
                            progress: {
                                /** @description Waiting for their turn, or for their time. */
                                queued: number;
                                sending: number;
                                /** @description Delivered and read ones included. */
                                sent: number;
                                failed: number;
                                /** @description Nobody can say whether they were sent; they are never sent again. */
                                unknown: number;
                                expired: number;
                                cancelled: number;
                            };
                            /** Format: date-time */
                            created_at: string;
                            finished_at: string | null;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    getCampaignsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        campaign: {
                            /** Format: uuid */
                            id: string;
                            name: string | null;
                            phone_number_id: number;
                            /** @example text */
                            kind: string;
                            /** @enum {unknown} */
                            status: "running" | "paused" | "cancelled" | "finished";
                            total: number;
                            /** @description Recipients left out because they are on the opt-out list. */
                            opted_out: number;
                            /** @description Messages; together as many as `total`, while they are kept. */
                            progress: {
                                /** @description Waiting for their turn, or for their time. */
                                queued: number;
                                sending: number;
                                /** @description Delivered and read ones included. */
                                sent: number;
                                failed: number;
                                /** @description Nobody can say whether they were sent; they are never sent again. */
                                unknown: number;
                                expired: number;
                                cancelled: number;
                            };
                            /** Format: date-time */
                            created_at: string;
                            finished_at: string | null;
                        };
                    };
                };
            };
        };
    };
    postCampaignsByIdPause: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        campaign: {
                            /** Format: uuid */
                            id: string;
                            name: string | null;
                            phone_number_id: number;
                            /** @example text */
                            kind: string;
                            /** @enum {unknown} */
                            status: "running" | "paused" | "cancelled" | "finished";
                            total: number;
                            /** @description Recipients left out because they are on the opt-out list. */
                            opted_out: number;
                            /** @description Messages; together as many as `total`, while they are kept. */
                            progress: {
                                /** @description Waiting for their turn, or for their time. */
                                queued: number;
                                sending: number;
                                /** @description Delivered and read ones included. */
                                sent: number;
                                failed: number;
                                /** @description Nobody can say whether they were sent; they are never sent again. */
                                unknown: number;
                                expired: number;
                                cancelled: number;
                            };
                            /** Format: date-time */
                            created_at: string;
                            finished_at: string | null;
                        };
                    };
                };
            };
        };
    };
    postCampaignsByIdResume: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        campaign: {
                            /** Format: uuid */
                            id: string;
                            name: string | null;
                            phone_number_id: number;
                            /** @example text */
                            kind: string;
                            /** @enum {unknown} */
                            status: "running" | "paused" | "cancelled" | "finished";
                            total: number;
                            /** @description Recipients left out because they are on the opt-out list. */
                            opted_out: number;
                            /** @description Messages; together as many as `total`, while they are kept. */
                            progress: {
                                /** @description Waiting for their turn, or for their time. */
                                queued: number;
                                sending: number;
                                /** @description Delivered and read ones included. */
                                sent: number;
                                failed: number;
                                /** @description Nobody can say whether they were sent; they are never sent again. */
                                unknown: number;
                                expired: number;
                                cancelled: number;
                            };
                            /** Format: date-time */
                            created_at: string;
                            finished_at: string | null;
                        };
                    };
                };
            };
        };
    };
    postCampaignsByIdCancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        campaign: {
                            /** Format: uuid */
                            id: string;
                            name: string | null;
                            phone_number_id: number;
                            /** @example text */
                            kind: string;
                            /** @enum {unknown} */
                            status: "running" | "paused" | "cancelled" | "finished";
                            total: number;
                            /** @description Recipients left out because they are on the opt-out list. */
                            opted_out: number;
                            /** @description Messages; together as many as `total`, while they are kept. */
                            progress: {
                                /** @description Waiting for their turn, or for their time. */
                                queued: number;
                                sending: number;
                                /** @description Delivered and read ones included. */
                                sent: number;
                                failed: number;
                                /** @description Nobody can say whether they were sent; they are never sent again. */
                                unknown: number;
                                expired: number;
                                cancelled: number;
                            };
                            /** Format: date-time */
                            created_at: string;
                            finished_at: string | null;
                        };
                    };
                };
            };
        };
    };
    getOptOuts: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        opt_outs: {
                            number: string;
                            reason: string | null;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    postOptOuts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "number": "628123456789",
                 *       "reason": "asked by phone"
                 *     }
                 */
                "application/json": {
                    /** @example 628123456789 */
                    number: string;
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        opt_out: {
                            number: string;
                            reason: string | null;
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
    };
    deleteOptOutsByNumber: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        message: string;
                    };
                };
            };
        };
    };
    getStatistics: {
        parameters: {
            query?: {
                /**
                 * @description First day (UTC); 29 days before end_date if left out.
                 * @example 2024-01-01
                 */
                start_date?: string;
                /**
                 * @description Last day (UTC); today if left out. At most 366 days in all.
                 * @example 2024-01-31
                 */
                end_date?: string;
                /** @description Only this phone number of yours. */
                phone_number_id?: number;
                /** @description False: `phone_numbers` is empty, for who wants the days alone. */
                by_phone_number?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "success": true,
                     *       "statistics": {
                     *         "start_date": "2024-01-01",
                     *         "end_date": "2024-01-31",
                     *         "totals": {
                     *           "messages_sent": 12,
                     *           "messages_received": 7,
                     *           "media_sent": 2,
                     *           "media_received": 1,
                     *           "messages_failed": 0
                     *         },
                     *         "daily": [
                     *           {
                     *             "date": "2024-01-02",
                     *             "messages_sent": 12,
                     *             "messages_received": 7,
                     *             "media_sent": 2,
                     *             "media_received": 1,
                     *             "messages_failed": 0
                     *           }
                     *         ],
                     *         "phone_numbers": [
                     *           {
                     *             "id": 1,
                     *             "instance_name": "user_1_1704067200000_a1b2c3d4",
                     *             "display_name": "Customer Service",
                     *             "phone_number": "628123456789",
                     *             "messages_sent": 12,
                     *             "messages_received": 7,
                     *             "media_sent": 2,
                     *             "media_received": 1,
                     *             "messages_failed": 0,
                     *             "sandbox": false
                     *           }
                     *         ]
                     *       }
                     *     }
                     */
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        statistics: {
                            start_date: string;
                            end_date: string;
                            /** @description Deleted phone numbers included. */
                            totals: {
                                /** @description Messages sent, media included. */
                                messages_sent: number;
                                /** @description Messages received, media included. */
                                messages_received: number;
                                media_sent: number;
                                media_received: number;
                                /** @description Messages that were certainly not sent. */
                                messages_failed: number;
                            };
                            /** @description The days that have figures, oldest first; deleted phone numbers included. */
                            daily: {
                                date: string;
                                /** @description Messages sent, media included. */
                                messages_sent: number;
                                /** @description Messages received, media included. */
                                messages_received: number;
                                media_sent: number;
                                media_received: number;
                                /** @description Messages that were certainly not sent. */
                                messages_failed: number;
                            }[];
                            /** @description Your phone numbers, oldest first; deleted ones are not listed. */
                            phone_numbers: {
                                id: number;
                                instance_name: string;
                                display_name: string | null;
                                phone_number: string | null;
                                /** @description Messages sent, media included. */
                                messages_sent: number;
                                /** @description Messages received, media included. */
                                messages_received: number;
                                media_sent: number;
                                media_received: number;
                                /** @description Messages that were certainly not sent. */
                                messages_failed: number;
                                /** @description True on a simulated backend: nothing reaches WhatsApp. */
                                sandbox: boolean;
                            }[];
                        };
                    };
                };
            };
        };
    };
    getDashboard: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        dashboard: {
                            user_id: number;
                            email: string;
                            full_name: string | null;
                            company_name: string | null;
                            /** @example business */
                            plan_type: string;
                            /** @example active */
                            status: string;
                            max_phone_numbers: number;
                            max_messages_per_day: number;
                            total_phone_numbers: number;
                            connected_phone_numbers: number;
                            disconnected_phone_numbers: number;
                            /** @description How many of your phone numbers are in each state. */
                            phone_numbers_by_status: {
                                connected: number;
                                qr_ready: number;
                                initializing: number;
                                disconnected: number;
                                error: number;
                            };
                            messages_used_today: number;
                            messages_left_today: number;
                            messages_sent_today: number;
                            messages_received_today: number;
                            messages_failed_today: number;
                            messages_sent_30_days: number;
                            messages_received_30_days: number;
                            /** Format: date-time */
                            created_at: string;
                            /** @description Messages of this day (UTC). */
                            quota: {
                                limit: number;
                                used: number;
                                remaining: number;
                                /** Format: date-time */
                                resets_at: string;
                            };
                            /** @description The oldest 100, with their figures of today (UTC). */
                            phone_numbers: {
                                id: number;
                                instance_name: string;
                                alias: string | null;
                                phone_number: string | null;
                                display_name: string | null;
                                status: string;
                                status_reason: string | null;
                                webhook_url: string | null;
                                connected_at: string | null;
                                /** Format: date-time */
                                created_at: string;
                                messages_sent_today: number;
                                messages_received_today: number;
                                media_sent_today: number;
                                media_received_today: number;
                                messages_failed_today: number;
                                /** @description True on a simulated backend: nothing reaches WhatsApp. */
                                sandbox: boolean;
                            }[];
                            /** @description The newest 10 that you sent, as far as they are among your latest 200 messages. */
                            recent_messages: {
                                id: string;
                                to: string;
                                /** @example text */
                                kind: string;
                                /** @example sent */
                                status: string;
                                /** Format: date-time */
                                created_at: string;
                            }[];
                        };
                    };
                };
            };
        };
    };
    getRequests: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        requests: {
                            request_id: string | null;
                            /**
                             * @description The route's pattern.
                             * @example /api/phone-numbers/:id/qr
                             */
                            endpoint: string;
                            /** @example GET */
                            method: string;
                            status_code: number | null;
                            response_time_ms: number | null;
                            ip_address: string | null;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    getWebhooks: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                phone_number_id?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        endpoints: {
                            id: number;
                            url: string;
                            phone_number_id: number | null;
                            events: string[] | null;
                            /**
                             * @description `evofleet`: `{id, event, timestamp, sequence, phone_number, payload}` · `evolution`: as an Evolution server calls · `connect`: received messages alone, `{event, clientId, from, to, body, timestamp, messageId}`.
                             * @enum {unknown}
                             */
                            format: "evofleet" | "evolution" | "connect";
                            /**
                             * @description Attempts: `standard` at once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h (±20 %) · `short` at once, then after 1 s, 3 s, 7 s.
                             * @enum {unknown}
                             */
                            schedule: "standard" | "short";
                            enabled: boolean;
                            disabled_reason: ("by_user" | "gone" | "only_failures") | null;
                            disabled_at: string | null;
                            failing_since: string | null;
                            /**
                             * @description `phone_number`: it is a phone number's `webhook_url` · `settings`: the installation's.
                             * @enum {unknown}
                             */
                            origin: "api" | "phone_number" | "settings";
                            dialect: string | null;
                            /** @description With format `evolution`: each kind of event at a path of its own. */
                            by_events: boolean;
                            /** @description With format `evolution`: the media of received messages comes with them. */
                            base64: boolean;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    postWebhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "url": "https://yourapp.com/webhook",
                 *       "events": [
                 *         "message.received",
                 *         "message.failed"
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @example https://yourapp.com/webhook */
                    url: string;
                    phone_number_id?: number | null;
                    events?: ("message.received" | "message.sent" | "message.delivered" | "message.read" | "message.played" | "message.failed" | "message.unknown" | "message.expired" | "message.cancelled" | "number.created" | "number.qr" | "number.connected" | "number.disconnected" | "number.error" | "number.deleted" | "number.moved" | "endpoint.disabled" | "quota.threshold" | "campaign.updated" | "fleet.finding" | "fleet.repair" | "fleet.incident" | "fleet.alert")[] | null;
                    /**
                     * @description `evofleet`: `{id, event, timestamp, sequence, phone_number, payload}` · `evolution`: as an Evolution server calls · `connect`: received messages alone, `{event, clientId, from, to, body, timestamp, messageId}`.
                     * @enum {unknown}
                     */
                    format?: "evofleet" | "evolution" | "connect";
                    /**
                     * @description Attempts: `standard` at once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h (±20 %) · `short` at once, then after 1 s, 3 s, 7 s.
                     * @enum {unknown}
                     */
                    schedule?: "standard" | "short";
                    enabled?: boolean;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        endpoint: {
                            id: number;
                            url: string;
                            phone_number_id: number | null;
                            events: string[] | null;
                            /**
                             * @description `evofleet`: `{id, event, timestamp, sequence, phone_number, payload}` · `evolution`: as an Evolution server calls · `connect`: received messages alone, `{event, clientId, from, to, body, timestamp, messageId}`.
                             * @enum {unknown}
                             */
                            format: "evofleet" | "evolution" | "connect";
                            /**
                             * @description Attempts: `standard` at once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h (±20 %) · `short` at once, then after 1 s, 3 s, 7 s.
                             * @enum {unknown}
                             */
                            schedule: "standard" | "short";
                            enabled: boolean;
                            disabled_reason: ("by_user" | "gone" | "only_failures") | null;
                            disabled_at: string | null;
                            failing_since: string | null;
                            /**
                             * @description `phone_number`: it is a phone number's `webhook_url` · `settings`: the installation's.
                             * @enum {unknown}
                             */
                            origin: "api" | "phone_number" | "settings";
                            dialect: string | null;
                            /** @description With format `evolution`: each kind of event at a path of its own. */
                            by_events: boolean;
                            /** @description With format `evolution`: the media of received messages comes with them. */
                            base64: boolean;
                            /** Format: date-time */
                            created_at: string;
                        };
                        /**
                         * @description Shown this once. Signs as Standard Webhooks say, and `X-Signature`.
                         * @example whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
                         */
                        secret: string;
                    };
                };
            };
        };
    };
    getWebhooksById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        endpoint: {
                            id: number;
                            url: string;
                            phone_number_id: number | null;
                            events: string[] | null;
                            /**
                             * @description `evofleet`: `{id, event, timestamp, sequence, phone_number, payload}` · `evolution`: as an Evolution server calls · `connect`: received messages alone, `{event, clientId, from, to, body, timestamp, messageId}`.
                             * @enum {unknown}
                             */
                            format: "evofleet" | "evolution" | "connect";
                            /**
                             * @description Attempts: `standard` at once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h (±20 %) · `short` at once, then after 1 s, 3 s, 7 s.
                             * @enum {unknown}
                             */
                            schedule: "standard" | "short";
                            enabled: boolean;
                            disabled_reason: ("by_user" | "gone" | "only_failures") | null;
                            disabled_at: string | null;
                            failing_since: string | null;
                            /**
                             * @description `phone_number`: it is a phone number's `webhook_url` · `settings`: the installation's.
                             * @enum {unknown}
                             */
                            origin: "api" | "phone_number" | "settings";
                            dialect: string | null;
                            /** @description With format `evolution`: each kind of event at a path of its own. */
                            by_events: boolean;
                            /** @description With format `evolution`: the media of received messages comes with them. */
                            base64: boolean;
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
    };
    deleteWebhooksById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        message: string;
                    };
                };
            };
        };
    };
    patchWebhooksById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "events": [
                 *         "message.received"
                 *       ],
                 *       "schedule": "short"
                 *     }
                 */
                "application/json": {
                    /** @example https://yourapp.com/webhook */
                    url?: string;
                    events?: ("message.received" | "message.sent" | "message.delivered" | "message.read" | "message.played" | "message.failed" | "message.unknown" | "message.expired" | "message.cancelled" | "number.created" | "number.qr" | "number.connected" | "number.disconnected" | "number.error" | "number.deleted" | "number.moved" | "endpoint.disabled" | "quota.threshold" | "campaign.updated" | "fleet.finding" | "fleet.repair" | "fleet.incident" | "fleet.alert")[] | null;
                    /**
                     * @description `evofleet`: `{id, event, timestamp, sequence, phone_number, payload}` · `evolution`: as an Evolution server calls · `connect`: received messages alone, `{event, clientId, from, to, body, timestamp, messageId}`.
                     * @enum {unknown}
                     */
                    format?: "evofleet" | "evolution" | "connect";
                    /**
                     * @description Attempts: `standard` at once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h (±20 %) · `short` at once, then after 1 s, 3 s, 7 s.
                     * @enum {unknown}
                     */
                    schedule?: "standard" | "short";
                    /** @description true also forgets failures; false ends what is pending. */
                    enabled?: boolean;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        endpoint: {
                            id: number;
                            url: string;
                            phone_number_id: number | null;
                            events: string[] | null;
                            /**
                             * @description `evofleet`: `{id, event, timestamp, sequence, phone_number, payload}` · `evolution`: as an Evolution server calls · `connect`: received messages alone, `{event, clientId, from, to, body, timestamp, messageId}`.
                             * @enum {unknown}
                             */
                            format: "evofleet" | "evolution" | "connect";
                            /**
                             * @description Attempts: `standard` at once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h (±20 %) · `short` at once, then after 1 s, 3 s, 7 s.
                             * @enum {unknown}
                             */
                            schedule: "standard" | "short";
                            enabled: boolean;
                            disabled_reason: ("by_user" | "gone" | "only_failures") | null;
                            disabled_at: string | null;
                            failing_since: string | null;
                            /**
                             * @description `phone_number`: it is a phone number's `webhook_url` · `settings`: the installation's.
                             * @enum {unknown}
                             */
                            origin: "api" | "phone_number" | "settings";
                            dialect: string | null;
                            /** @description With format `evolution`: each kind of event at a path of its own. */
                            by_events: boolean;
                            /** @description With format `evolution`: the media of received messages comes with them. */
                            base64: boolean;
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
    };
    postWebhooksByIdTest: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        delivered: boolean;
                        status_code: number | null;
                        error: string | null;
                        response_time_ms: number;
                    };
                };
            };
        };
    };
    postWebhooksByIdSecretRotate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        endpoint: {
                            id: number;
                            url: string;
                            phone_number_id: number | null;
                            events: string[] | null;
                            /**
                             * @description `evofleet`: `{id, event, timestamp, sequence, phone_number, payload}` · `evolution`: as an Evolution server calls · `connect`: received messages alone, `{event, clientId, from, to, body, timestamp, messageId}`.
                             * @enum {unknown}
                             */
                            format: "evofleet" | "evolution" | "connect";
                            /**
                             * @description Attempts: `standard` at once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h (±20 %) · `short` at once, then after 1 s, 3 s, 7 s.
                             * @enum {unknown}
                             */
                            schedule: "standard" | "short";
                            enabled: boolean;
                            disabled_reason: ("by_user" | "gone" | "only_failures") | null;
                            disabled_at: string | null;
                            failing_since: string | null;
                            /**
                             * @description `phone_number`: it is a phone number's `webhook_url` · `settings`: the installation's.
                             * @enum {unknown}
                             */
                            origin: "api" | "phone_number" | "settings";
                            dialect: string | null;
                            /** @description With format `evolution`: each kind of event at a path of its own. */
                            by_events: boolean;
                            /** @description With format `evolution`: the media of received messages comes with them. */
                            base64: boolean;
                            /** Format: date-time */
                            created_at: string;
                        };
                        /**
                         * @description Shown this once. Signs as Standard Webhooks say, and `X-Signature`.
                         * @example whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
                         */
                        secret: string;
                    };
                };
            };
        };
    };
    postWebhooksByIdReplay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "since": "2026-01-01T00:00:00Z"
                 *     }
                 */
                "application/json": {
                    /**
                     * Format: date-time
                     * @description Events from this moment on.
                     */
                    since: string;
                    /**
                     * Format: date-time
                     * @description Events before this moment; now if unset.
                     */
                    until?: string;
                    /**
                     * @description `failed` (default): what was not delivered · `all`: what was delivered, too.
                     * @enum {unknown}
                     */
                    which?: "failed" | "all";
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        replayed: number;
                        next_since: string | null;
                    };
                };
            };
        };
    };
    getWebhooksDeliveries: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                endpoint_id?: number;
                phone_number_id?: number;
                event?: "message.received" | "message.sent" | "message.delivered" | "message.read" | "message.played" | "message.failed" | "message.unknown" | "message.expired" | "message.cancelled" | "number.created" | "number.qr" | "number.connected" | "number.disconnected" | "number.error" | "number.deleted" | "number.moved" | "endpoint.disabled" | "quota.threshold" | "campaign.updated" | "fleet.finding" | "fleet.repair" | "fleet.incident" | "fleet.alert";
                since?: string;
                until?: string;
                status?: "pending" | "delivered" | "dead";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        deliveries: {
                            id: string;
                            endpoint_id: number;
                            phone_number_id: number | null;
                            /**
                             * @description The `webhook-id` of every attempt.
                             * @example evt_018f…
                             */
                            event_id: string;
                            event: string;
                            /** @enum {unknown} */
                            status: "pending" | "delivered" | "dead";
                            status_reason: string | null;
                            attempts: number;
                            next_attempt_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            ended_at: string | null;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    getWebhooksDeadLetters: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                endpoint_id?: number;
                phone_number_id?: number;
                event?: "message.received" | "message.sent" | "message.delivered" | "message.read" | "message.played" | "message.failed" | "message.unknown" | "message.expired" | "message.cancelled" | "number.created" | "number.qr" | "number.connected" | "number.disconnected" | "number.error" | "number.deleted" | "number.moved" | "endpoint.disabled" | "quota.threshold" | "campaign.updated" | "fleet.finding" | "fleet.repair" | "fleet.incident" | "fleet.alert";
                since?: string;
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        deliveries: {
                            id: string;
                            endpoint_id: number;
                            phone_number_id: number | null;
                            /**
                             * @description The `webhook-id` of every attempt.
                             * @example evt_018f…
                             */
                            event_id: string;
                            event: string;
                            /** @enum {unknown} */
                            status: "pending" | "delivered" | "dead";
                            status_reason: string | null;
                            attempts: number;
                            next_attempt_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            ended_at: string | null;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    getWebhooksDeliveriesByDeliveryId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                delivery_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        delivery: {
                            id: string;
                            endpoint_id: number;
                            phone_number_id: number | null;
                            /**
                             * @description The `webhook-id` of every attempt.
                             * @example evt_018f…
                             */
                            event_id: string;
                            event: string;
                            /** @enum {unknown} */
                            status: "pending" | "delivered" | "dead";
                            status_reason: string | null;
                            attempts: number;
                            next_attempt_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            ended_at: string | null;
                            /** @description Oldest first, as long as logs are kept. */
                            attempts_made: {
                                attempt: number;
                                /** Format: date-time */
                                sent_at: string;
                                status_code: number | null;
                                error: string | null;
                                response_time_ms: number | null;
                                payload: string | null;
                            }[];
                        };
                    };
                };
            };
        };
    };
    postWebhooksDeliveriesByDeliveryIdReplay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                delivery_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        delivery: {
                            id: string;
                            endpoint_id: number;
                            phone_number_id: number | null;
                            /**
                             * @description The `webhook-id` of every attempt.
                             * @example evt_018f…
                             */
                            event_id: string;
                            event: string;
                            /** @enum {unknown} */
                            status: "pending" | "delivered" | "dead";
                            status_reason: string | null;
                            attempts: number;
                            next_attempt_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            ended_at: string | null;
                        };
                    };
                };
            };
        };
    };
    postRealtimeTickets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /**
                         * @description For `auth: { ticket }` of one connection.
                         * @example ert_3fQ8vT1mYbK7cWzR5hN2xL9dJ4sP6a0bC1dE
                         */
                        ticket: string;
                        /**
                         * Format: date-time
                         * @example 2026-01-01T10:01:00.000Z
                         */
                        expires_at: string;
                    };
                };
            };
        };
    };
    getAdminBackends: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        backends: {
                            id: number;
                            url: string;
                            state: "joining" | "active" | "degraded" | "draining" | "cordoned" | "down" | "license_required" | "unsupported";
                            reason: string | null;
                            hold: ("cordoned" | "draining") | null;
                            labels: string[];
                            /** @description dedicated: a user has backends of their own. */
                            isolation: "shared" | "dedicated";
                            dedicated_to: number | null;
                            capacity: number;
                            assigned: number;
                            /** @description Places of numbers that are being created or moved there. */
                            reserved: number;
                            /** @description (assigned + reserved) / capacity. */
                            load: number;
                            /** @description How many of each status. */
                            phone_numbers: {
                                [key: string]: number;
                            };
                            version: string | null;
                            latency_ms: number | null;
                            /** @description Bad probes since the last good one. */
                            failures: number;
                            /** @description Sends in a row failed not long ago: its numbers answer 503. */
                            tripped: boolean;
                            last_probe_at: string | null;
                            down_at: string | null;
                            back_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            sandbox: boolean;
                            container: {
                                /** @description running, draining or removing. */
                                state: string;
                                cpu: number | null;
                                memory_bytes: number | null;
                                memory_limit_bytes: number | null;
                                /** @description How often its container was replaced. */
                                replacements: number;
                            } | null;
                        }[];
                    };
                };
            };
        };
    };
    postAdminBackends: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "url": "http://127.0.0.1:9",
                 *       "api_key": "its-global-key",
                 *       "capacity": 200,
                 *       "labels": [
                 *         "region=br"
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @example http://10.0.0.11:8080 */
                    url: string;
                    /** @description Its AUTHENTICATION_API_KEY. Kept sealed, never shown again. */
                    api_key: string;
                    /** @description Phone numbers at most. */
                    capacity?: number;
                    /**
                     * @description `key=value` each.
                     * @example [
                     *       "region=br",
                     *       "disk=ssd"
                     *     ]
                     */
                    labels?: string[];
                    /** @description dedicated: a user has backends of their own. */
                    isolation?: "shared" | "dedicated";
                    dedicated_to?: number | null;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        backend: {
                            id: number;
                            url: string;
                            state: "joining" | "active" | "degraded" | "draining" | "cordoned" | "down" | "license_required" | "unsupported";
                            reason: string | null;
                            hold: ("cordoned" | "draining") | null;
                            labels: string[];
                            /** @description dedicated: a user has backends of their own. */
                            isolation: "shared" | "dedicated";
                            dedicated_to: number | null;
                            capacity: number;
                            assigned: number;
                            /** @description Places of numbers that are being created or moved there. */
                            reserved: number;
                            /** @description (assigned + reserved) / capacity. */
                            load: number;
                            /** @description How many of each status. */
                            phone_numbers: {
                                [key: string]: number;
                            };
                            version: string | null;
                            latency_ms: number | null;
                            /** @description Bad probes since the last good one. */
                            failures: number;
                            /** @description Sends in a row failed not long ago: its numbers answer 503. */
                            tripped: boolean;
                            last_probe_at: string | null;
                            down_at: string | null;
                            back_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            sandbox: boolean;
                            container: {
                                /** @description running, draining or removing. */
                                state: string;
                                cpu: number | null;
                                memory_bytes: number | null;
                                memory_limit_bytes: number | null;
                                /** @description How often its container was replaced. */
                                replacements: number;
                            } | null;
                        };
                    };
                };
            };
        };
    };
    getAdminBackendsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        backend: {
                            id: number;
                            url: string;
                            state: "joining" | "active" | "degraded" | "draining" | "cordoned" | "down" | "license_required" | "unsupported";
                            reason: string | null;
                            hold: ("cordoned" | "draining") | null;
                            labels: string[];
                            /** @description dedicated: a user has backends of their own. */
                            isolation: "shared" | "dedicated";
                            dedicated_to: number | null;
                            capacity: number;
                            assigned: number;
                            /** @description Places of numbers that are being created or moved there. */
                            reserved: number;
                            /** @description (assigned + reserved) / capacity. */
                            load: number;
                            /** @description How many of each status. */
                            phone_numbers: {
                                [key: string]: number;
                            };
                            version: string | null;
                            latency_ms: number | null;
                            /** @description Bad probes since the last good one. */
                            failures: number;
                            /** @description Sends in a row failed not long ago: its numbers answer 503. */
                            tripped: boolean;
                            last_probe_at: string | null;
                            down_at: string | null;
                            back_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            sandbox: boolean;
                            container: {
                                /** @description running, draining or removing. */
                                state: string;
                                cpu: number | null;
                                memory_bytes: number | null;
                                memory_limit_bytes: number | null;
                                /** @description How often its container was replaced. */
                                replacements: number;
                            } | null;
                        };
                    };
                };
            };
        };
    };
    deleteAdminBackendsById: {
        parameters: {
            query?: {
                force?: "true" | "false";
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        message: string;
                        /** @description Numbers that have no server now. */
                        phone_numbers_left: number;
                    };
                };
            };
        };
    };
    patchAdminBackendsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "capacity": 300,
                 *       "labels": [
                 *         "region=br",
                 *         "disk=ssd"
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description Phone numbers at most. */
                    capacity?: number;
                    /**
                     * @description `key=value` each.
                     * @example [
                     *       "region=br",
                     *       "disk=ssd"
                     *     ]
                     */
                    labels?: string[];
                    /** @description Its AUTHENTICATION_API_KEY. Kept sealed, never shown again. */
                    api_key?: string;
                    /** @description dedicated: a user has backends of their own. */
                    isolation?: "shared" | "dedicated";
                    dedicated_to?: number | null;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        backend: {
                            id: number;
                            url: string;
                            state: "joining" | "active" | "degraded" | "draining" | "cordoned" | "down" | "license_required" | "unsupported";
                            reason: string | null;
                            hold: ("cordoned" | "draining") | null;
                            labels: string[];
                            /** @description dedicated: a user has backends of their own. */
                            isolation: "shared" | "dedicated";
                            dedicated_to: number | null;
                            capacity: number;
                            assigned: number;
                            /** @description Places of numbers that are being created or moved there. */
                            reserved: number;
                            /** @description (assigned + reserved) / capacity. */
                            load: number;
                            /** @description How many of each status. */
                            phone_numbers: {
                                [key: string]: number;
                            };
                            version: string | null;
                            latency_ms: number | null;
                            /** @description Bad probes since the last good one. */
                            failures: number;
                            /** @description Sends in a row failed not long ago: its numbers answer 503. */
                            tripped: boolean;
                            last_probe_at: string | null;
                            down_at: string | null;
                            back_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            sandbox: boolean;
                            container: {
                                /** @description running, draining or removing. */
                                state: string;
                                cpu: number | null;
                                memory_bytes: number | null;
                                memory_limit_bytes: number | null;
                                /** @description How often its container was replaced. */
                                replacements: number;
                            } | null;
                        };
                    };
                };
            };
        };
    };
    postAdminBackendsByIdCordon: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        backend: {
                            id: number;
                            url: string;
                            state: "joining" | "active" | "degraded" | "draining" | "cordoned" | "down" | "license_required" | "unsupported";
                            reason: string | null;
                            hold: ("cordoned" | "draining") | null;
                            labels: string[];
                            /** @description dedicated: a user has backends of their own. */
                            isolation: "shared" | "dedicated";
                            dedicated_to: number | null;
                            capacity: number;
                            assigned: number;
                            /** @description Places of numbers that are being created or moved there. */
                            reserved: number;
                            /** @description (assigned + reserved) / capacity. */
                            load: number;
                            /** @description How many of each status. */
                            phone_numbers: {
                                [key: string]: number;
                            };
                            version: string | null;
                            latency_ms: number | null;
                            /** @description Bad probes since the last good one. */
                            failures: number;
                            /** @description Sends in a row failed not long ago: its numbers answer 503. */
                            tripped: boolean;
                            last_probe_at: string | null;
                            down_at: string | null;
                            back_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            sandbox: boolean;
                            container: {
                                /** @description running, draining or removing. */
                                state: string;
                                cpu: number | null;
                                memory_bytes: number | null;
                                memory_limit_bytes: number | null;
                                /** @description How often its container was replaced. */
                                replacements: number;
                            } | null;
                        };
                    };
                };
            };
        };
    };
    postAdminBackendsByIdUncordon: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        backend: {
                            id: number;
                            url: string;
                            state: "joining" | "active" | "degraded" | "draining" | "cordoned" | "down" | "license_required" | "unsupported";
                            reason: string | null;
                            hold: ("cordoned" | "draining") | null;
                            labels: string[];
                            /** @description dedicated: a user has backends of their own. */
                            isolation: "shared" | "dedicated";
                            dedicated_to: number | null;
                            capacity: number;
                            assigned: number;
                            /** @description Places of numbers that are being created or moved there. */
                            reserved: number;
                            /** @description (assigned + reserved) / capacity. */
                            load: number;
                            /** @description How many of each status. */
                            phone_numbers: {
                                [key: string]: number;
                            };
                            version: string | null;
                            latency_ms: number | null;
                            /** @description Bad probes since the last good one. */
                            failures: number;
                            /** @description Sends in a row failed not long ago: its numbers answer 503. */
                            tripped: boolean;
                            last_probe_at: string | null;
                            down_at: string | null;
                            back_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            sandbox: boolean;
                            container: {
                                /** @description running, draining or removing. */
                                state: string;
                                cpu: number | null;
                                memory_bytes: number | null;
                                memory_limit_bytes: number | null;
                                /** @description How often its container was replaced. */
                                replacements: number;
                            } | null;
                        };
                    };
                };
            };
        };
    };
    postAdminBackendsByIdDrain: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        backend: {
                            id: number;
                            url: string;
                            state: "joining" | "active" | "degraded" | "draining" | "cordoned" | "down" | "license_required" | "unsupported";
                            reason: string | null;
                            hold: ("cordoned" | "draining") | null;
                            labels: string[];
                            /** @description dedicated: a user has backends of their own. */
                            isolation: "shared" | "dedicated";
                            dedicated_to: number | null;
                            capacity: number;
                            assigned: number;
                            /** @description Places of numbers that are being created or moved there. */
                            reserved: number;
                            /** @description (assigned + reserved) / capacity. */
                            load: number;
                            /** @description How many of each status. */
                            phone_numbers: {
                                [key: string]: number;
                            };
                            version: string | null;
                            latency_ms: number | null;
                            /** @description Bad probes since the last good one. */
                            failures: number;
                            /** @description Sends in a row failed not long ago: its numbers answer 503. */
                            tripped: boolean;
                            last_probe_at: string | null;
                            down_at: string | null;
                            back_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            sandbox: boolean;
                            container: {
                                /** @description running, draining or removing. */
                                state: string;
                                cpu: number | null;
                                memory_bytes: number | null;
                                memory_limit_bytes: number | null;
                                /** @description How often its container was replaced. */
                                replacements: number;
                            } | null;
                        };
                    };
                };
            };
        };
    };
    postAdminBackendsByIdUndrain: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        backend: {
                            id: number;
                            url: string;
                            state: "joining" | "active" | "degraded" | "draining" | "cordoned" | "down" | "license_required" | "unsupported";
                            reason: string | null;
                            hold: ("cordoned" | "draining") | null;
                            labels: string[];
                            /** @description dedicated: a user has backends of their own. */
                            isolation: "shared" | "dedicated";
                            dedicated_to: number | null;
                            capacity: number;
                            assigned: number;
                            /** @description Places of numbers that are being created or moved there. */
                            reserved: number;
                            /** @description (assigned + reserved) / capacity. */
                            load: number;
                            /** @description How many of each status. */
                            phone_numbers: {
                                [key: string]: number;
                            };
                            version: string | null;
                            latency_ms: number | null;
                            /** @description Bad probes since the last good one. */
                            failures: number;
                            /** @description Sends in a row failed not long ago: its numbers answer 503. */
                            tripped: boolean;
                            last_probe_at: string | null;
                            down_at: string | null;
                            back_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            sandbox: boolean;
                            container: {
                                /** @description running, draining or removing. */
                                state: string;
                                cpu: number | null;
                                memory_bytes: number | null;
                                memory_limit_bytes: number | null;
                                /** @description How often its container was replaced. */
                                replacements: number;
                            } | null;
                        };
                    };
                };
            };
        };
    };
    getAdminFleetPlan: {
        parameters: {
            query?: {
                /** @description Moves at most. */
                limit?: number;
                /** @description As if this backend were draining too. */
                drain?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        moves: {
                            phone_number_id: number;
                            user_id: number;
                            from_backend_id: number;
                            to_backend_id: number;
                            reason: "draining" | "misplaced" | "uneven";
                            /** @description It is connected, and its owner would have to scan again. */
                            needs_scan: boolean;
                        }[];
                        /** @description Should move, but no backend that suits has room. */
                        unplaced: {
                            phone_number_id: number;
                            from_backend_id: number;
                            reason: "draining" | "misplaced" | "uneven";
                        }[];
                        loads: {
                            backend_id: number;
                            before: number;
                            after: number;
                        }[];
                    };
                };
            };
        };
    };
    postAdminPhoneNumbersByIdMove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    backend_id?: number;
                } | null;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @description moving: the old backend has not said yet that the number is gone there; it goes on by itself. */
                        outcome: "moved" | "moving";
                        phone_number: {
                            id: number;
                            instance_name: string;
                            status: string;
                            status_reason: string | null;
                            qr_code: string | null;
                            qr_expires_at: string | null;
                        };
                    };
                };
            };
        };
    };
    getAdminSearch: {
        parameters: {
            query: {
                q: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        phone_numbers: {
                            id: number;
                            user_id: number;
                            instance_name: string;
                            alias: string | null;
                            display_name: string | null;
                            phone_number: string | null;
                            status: string;
                            status_reason: string | null;
                            integration: string;
                            backend_id: number | null;
                            backend_name: string | null;
                            /** Format: date-time */
                            created_at: string;
                            deleted_at: string | null;
                            uptime_24h: number | null;
                            uptime_7d: number | null;
                            uptime_30d: number | null;
                        }[];
                        users: {
                            id: number;
                            email: string;
                            plan_type: string;
                            status: string;
                            role: string;
                        }[];
                        messages: {
                            id: string;
                            user_id: number;
                            phone_number_id: number;
                            direction: string;
                            kind: string;
                            status: string;
                            status_reason: string | null;
                            whatsapp_id: string | null;
                            request_id: string | null;
                            backend_id: number | null;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                        requests: {
                            id: string;
                            user_id: number | null;
                            method: string;
                            endpoint: string;
                            status_code: number | null;
                            request_id: string | null;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                    };
                };
            };
        };
    };
    getAdminAudit: {
        parameters: {
            query?: {
                operator_id?: number;
                /** @example backend.cordon */
                action?: string;
                /** @example backend */
                target_type?: string;
                target_id?: string;
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        entries: {
                            id: string;
                            operator_id: number;
                            operator_email: string | null;
                            action: string;
                            target_type: string;
                            target_id: string | null;
                            before: unknown;
                            after: unknown;
                            /** @description `done`, the code of the error, or `begun` where it was cut off. */
                            outcome: string;
                            request_id: string | null;
                            ip_address: string | null;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    getAdminPhoneNumbers: {
        parameters: {
            query?: {
                id?: number;
                user_id?: number;
                backend_id?: number;
                /** @example connected */
                status?: string;
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        phone_numbers: {
                            id: number;
                            user_id: number;
                            instance_name: string;
                            alias: string | null;
                            display_name: string | null;
                            phone_number: string | null;
                            status: string;
                            status_reason: string | null;
                            integration: string;
                            backend_id: number | null;
                            backend_name: string | null;
                            /** Format: date-time */
                            created_at: string;
                            deleted_at: string | null;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    postAdminPhoneNumbersByIdRestart: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        phone_number: {
                            id: number;
                            instance_name: string;
                            status: string;
                            status_reason: string | null;
                            qr_code: string | null;
                            qr_expires_at: string | null;
                        };
                    };
                };
            };
        };
    };
    postAdminPhoneNumbersByIdLogout: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        phone_number: {
                            id: number;
                            instance_name: string;
                            status: string;
                            status_reason: string | null;
                            qr_code: string | null;
                            qr_expires_at: string | null;
                        };
                    };
                };
            };
        };
    };
    postAdminPhoneNumbersByIdRecreate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @description recreating: its backend has not said yet that the former one is gone; it goes on by itself. */
                        outcome: "recreated" | "recreating";
                        phone_number: {
                            id: number;
                            instance_name: string;
                            status: string;
                            status_reason: string | null;
                            qr_code: string | null;
                            qr_expires_at: string | null;
                        };
                    };
                };
            };
        };
    };
    getAdminUsers: {
        parameters: {
            query?: {
                /** @description Part of the e-mail address, name or company. */
                search?: string;
                plan_type?: string;
                status?: "active" | "suspended";
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        users: {
                            id: number;
                            email: string;
                            full_name: string | null;
                            company_name: string | null;
                            /** @description A hint. */
                            api_key: string;
                            plan_type: string;
                            role: string;
                            status: string;
                            /** @description What counts; `own` tells what of it is set for this user alone. */
                            max_phone_numbers: number;
                            max_messages_per_day: number;
                            requests_per_minute: number;
                            placement_labels: string[];
                            /** @description dedicated: a user has backends of their own. */
                            isolation: "shared" | "dedicated";
                            own: {
                                max_phone_numbers: number | null;
                                max_messages_per_day: number | null;
                                requests_per_minute: number | null;
                                placement_labels: string[] | null;
                                isolation: ("shared" | "dedicated") | null;
                            };
                            usage_today: {
                                messages_used: number;
                                phone_numbers: number;
                            };
                            erasing_since: string | null;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    getAdminUsersById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        user: {
                            id: number;
                            email: string;
                            full_name: string | null;
                            company_name: string | null;
                            /** @description A hint. */
                            api_key: string;
                            plan_type: string;
                            role: string;
                            status: string;
                            /** @description What counts; `own` tells what of it is set for this user alone. */
                            max_phone_numbers: number;
                            max_messages_per_day: number;
                            requests_per_minute: number;
                            placement_labels: string[];
                            /** @description dedicated: a user has backends of their own. */
                            isolation: "shared" | "dedicated";
                            own: {
                                max_phone_numbers: number | null;
                                max_messages_per_day: number | null;
                                requests_per_minute: number | null;
                                placement_labels: string[] | null;
                                isolation: ("shared" | "dedicated") | null;
                            };
                            usage_today: {
                                messages_used: number;
                                phone_numbers: number;
                            };
                            erasing_since: string | null;
                            /** Format: date-time */
                            created_at: string;
                        };
                        phone_numbers: {
                            id: number;
                            user_id: number;
                            instance_name: string;
                            alias: string | null;
                            display_name: string | null;
                            phone_number: string | null;
                            status: string;
                            status_reason: string | null;
                            integration: string;
                            backend_id: number | null;
                            backend_name: string | null;
                            /** Format: date-time */
                            created_at: string;
                            deleted_at: string | null;
                        }[];
                    };
                };
            };
        };
    };
    deleteAdminUsersById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        message: string;
                        user: {
                            id: number;
                            email: string;
                            full_name: string | null;
                            company_name: string | null;
                            /** @description A hint. */
                            api_key: string;
                            plan_type: string;
                            role: string;
                            status: string;
                            /** @description What counts; `own` tells what of it is set for this user alone. */
                            max_phone_numbers: number;
                            max_messages_per_day: number;
                            requests_per_minute: number;
                            placement_labels: string[];
                            /** @description dedicated: a user has backends of their own. */
                            isolation: "shared" | "dedicated";
                            own: {
                                max_phone_numbers: number | null;
                                max_messages_per_day: number | null;
                                requests_per_minute: number | null;
                                placement_labels: string[] | null;
                                isolation: ("shared" | "dedicated") | null;
                            };
                            usage_today: {
                                messages_used: number;
                                phone_numbers: number;
                            };
                            erasing_since: string | null;
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
    };
    patchAdminUsersById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        /** @description What is left out stays; null gives a figure of their own back to the plan. */
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "plan_type": "enterprise",
                 *       "max_messages_per_day": 100000
                 *     }
                 */
                "application/json": {
                    plan_type?: string;
                    status?: "active" | "suspended";
                    max_phone_numbers?: number | null;
                    max_messages_per_day?: number | null;
                    requests_per_minute?: number | null;
                    placement_labels?: string[] | null;
                    isolation?: ("shared" | "dedicated") | null;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        user: {
                            id: number;
                            email: string;
                            full_name: string | null;
                            company_name: string | null;
                            /** @description A hint. */
                            api_key: string;
                            plan_type: string;
                            role: string;
                            status: string;
                            /** @description What counts; `own` tells what of it is set for this user alone. */
                            max_phone_numbers: number;
                            max_messages_per_day: number;
                            requests_per_minute: number;
                            placement_labels: string[];
                            /** @description dedicated: a user has backends of their own. */
                            isolation: "shared" | "dedicated";
                            own: {
                                max_phone_numbers: number | null;
                                max_messages_per_day: number | null;
                                requests_per_minute: number | null;
                                placement_labels: string[] | null;
                                isolation: ("shared" | "dedicated") | null;
                            };
                            usage_today: {
                                messages_used: number;
                                phone_numbers: number;
                            };
                            erasing_since: string | null;
                            /** Format: date-time */
                            created_at: string;
                        };
                    };
                };
            };
        };
    };
    getAdminPlans: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        plans: {
                            plan_type: string;
                            max_phone_numbers: number;
                            max_messages_per_day: number;
                            requests_per_minute: number;
                            price: string;
                            placement_labels: string[];
                            /** @description dedicated: a user has backends of their own. */
                            isolation: "shared" | "dedicated";
                        }[];
                    };
                };
            };
        };
    };
    patchAdminPlansByPlanType: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plan_type: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "placement_labels": [],
                 *       "isolation": "shared"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description `key=value` each.
                     * @example [
                     *       "region=br",
                     *       "disk=ssd"
                     *     ]
                     */
                    placement_labels?: string[];
                    /** @description dedicated: a user has backends of their own. */
                    isolation?: "shared" | "dedicated";
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        plan: {
                            plan_type: string;
                            max_phone_numbers: number;
                            max_messages_per_day: number;
                            requests_per_minute: number;
                            price: string;
                            placement_labels: string[];
                            /** @description dedicated: a user has backends of their own. */
                            isolation: "shared" | "dedicated";
                        };
                    };
                };
            };
        };
    };
    getAdminFleet: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** @description How many of each state. */
                        backends: {
                            [key: string]: number;
                        };
                        /** @description How many of each status. */
                        phone_numbers: {
                            [key: string]: number;
                        };
                        /** @description How many of each kind. */
                        open_findings: {
                            [key: string]: number;
                        };
                        open_incidents: {
                            id: string;
                            kind: string;
                            backend_id: number | null;
                            /** @description Phone numbers it concerns. */
                            numbers: number;
                            detail: {
                                [key: string]: unknown;
                            } | null;
                            /** Format: date-time */
                            began_at: string;
                            /** Format: date-time */
                            last_seen_at: string;
                            resumed_at: string | null;
                            ended_at: string | null;
                            outcome: string | null;
                        }[];
                        hold: {
                            reason: string;
                            /** Format: date-time */
                            since: string;
                            set_by: number | null;
                        } | null;
                        passes: {
                            backend_id: number;
                            /** @description Looked after by the last pass. */
                            phone_numbers: number;
                            last_pass_at: string | null;
                            /** @description Asked so far. */
                            questions: number;
                            /** @description For so long it was busy with them, by our measure. */
                            busy_ms: number;
                            last_list_at: string | null;
                            instances: number | null;
                            foreign_instances: number | null;
                        }[];
                    };
                };
            };
        };
    };
    getAdminFindings: {
        parameters: {
            query?: {
                backend_id?: number;
                phone_number_id?: number;
                kind?: "instance_missing" | "instance_not_loaded" | "webhook_missing" | "webhook_differs" | "settings_differ" | "state_differs" | "not_connected" | "silent" | "foreign_setting" | "unreadable_answer" | "orphan";
                open?: "true" | "false";
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        findings: {
                            id: string;
                            backend_id: number;
                            phone_number_id: number | null;
                            backend_name: string | null;
                            kind: string;
                            detail: {
                                [key: string]: unknown;
                            } | null;
                            sightings: number;
                            /** @description Repairs that were tried. */
                            steps_taken: number;
                            /** Format: date-time */
                            next_step_at: string;
                            /** Format: date-time */
                            found_at: string;
                            /** Format: date-time */
                            last_seen_at: string;
                            ended_at: string | null;
                            outcome: string | null;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    getAdminFindingsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        finding: {
                            id: string;
                            backend_id: number;
                            phone_number_id: number | null;
                            backend_name: string | null;
                            kind: string;
                            detail: {
                                [key: string]: unknown;
                            } | null;
                            sightings: number;
                            /** @description Repairs that were tried. */
                            steps_taken: number;
                            /** Format: date-time */
                            next_step_at: string;
                            /** Format: date-time */
                            found_at: string;
                            /** Format: date-time */
                            last_seen_at: string;
                            ended_at: string | null;
                            outcome: string | null;
                        };
                        repairs: {
                            id: string;
                            finding_id: string;
                            backend_id: number;
                            phone_number_id: number | null;
                            step: string;
                            /** @description `proved`, `unproved` where nothing changed, `failed` where it could not be done. */
                            outcome: string;
                            detail: string | null;
                            /** Format: date-time */
                            began_at: string;
                            /** Format: date-time */
                            ended_at: string;
                        }[];
                    };
                };
            };
        };
    };
    getAdminRepairs: {
        parameters: {
            query?: {
                backend_id?: number;
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        repairs: {
                            id: string;
                            finding_id: string;
                            backend_id: number;
                            phone_number_id: number | null;
                            step: string;
                            /** @description `proved`, `unproved` where nothing changed, `failed` where it could not be done. */
                            outcome: string;
                            detail: string | null;
                            /** Format: date-time */
                            began_at: string;
                            /** Format: date-time */
                            ended_at: string;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    getAdminIncidents: {
        parameters: {
            query?: {
                backend_id?: number;
                kind?: "backend_down" | "mass_disconnect" | "instances_lost" | "orphan_stop" | "empty_list" | "restore_hold";
                open?: "true" | "false";
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        incidents: {
                            id: string;
                            kind: string;
                            backend_id: number | null;
                            /** @description Phone numbers it concerns. */
                            numbers: number;
                            detail: {
                                [key: string]: unknown;
                            } | null;
                            /** Format: date-time */
                            began_at: string;
                            /** Format: date-time */
                            last_seen_at: string;
                            resumed_at: string | null;
                            ended_at: string | null;
                            outcome: string | null;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    getAdminIncidentsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        incident: {
                            id: string;
                            kind: string;
                            backend_id: number | null;
                            /** @description Phone numbers it concerns. */
                            numbers: number;
                            detail: {
                                [key: string]: unknown;
                            } | null;
                            /** Format: date-time */
                            began_at: string;
                            /** Format: date-time */
                            last_seen_at: string;
                            resumed_at: string | null;
                            ended_at: string | null;
                            outcome: string | null;
                        };
                    };
                };
            };
        };
    };
    postAdminIncidentsByIdResume: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        incident: {
                            id: string;
                            kind: string;
                            backend_id: number | null;
                            /** @description Phone numbers it concerns. */
                            numbers: number;
                            detail: {
                                [key: string]: unknown;
                            } | null;
                            /** Format: date-time */
                            began_at: string;
                            /** Format: date-time */
                            last_seen_at: string;
                            resumed_at: string | null;
                            ended_at: string | null;
                            outcome: string | null;
                        };
                    };
                };
            };
        };
    };
    getAdminFleetHold: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        hold: {
                            reason: string;
                            /** Format: date-time */
                            since: string;
                            set_by: number | null;
                        } | null;
                    };
                };
            };
        };
    };
    putAdminFleetHold: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "Restored from the backup of last night"
                 *     }
                 */
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        hold: {
                            reason: string;
                            /** Format: date-time */
                            since: string;
                            set_by: number | null;
                        } | null;
                    };
                };
            };
        };
    };
    deleteAdminFleetHold: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        hold: {
                            reason: string;
                            /** Format: date-time */
                            since: string;
                            set_by: number | null;
                        } | null;
                    };
                };
            };
        };
    };
    postMessagesSendMedia: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 visible ASCII characters. Repeated within 24 hours, it gets the answer to its first request, and nothing is sent again.
                 * @example 6f7d2b1c-order-1042
                 */
                "idempotency-key"?: string;
                /** @description `respond-async`: like `"async": true`. */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eft_…",
                 *       "number": "628123456789",
                 *       "mediaUrl": "https://example.com/image.jpg",
                 *       "caption": "Check this out!",
                 *       "mediaType": "image"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description The phone number's token.
                     * @example eft_…
                     */
                    token?: string;
                    /**
                     * @description In place of `token`: a pool of yours by its name, or `all` for all of your phone numbers. The one whose turn it is sends; the next one only where that one certainly did not.
                     * @example all
                     */
                    pool?: string;
                    /**
                     * @description 8 to 15 digits with the country code and an optional +, a group id (…@g.us), or an id (…@s.whatsapp.net, …@lid) from a message that this phone number received.
                     * @example 628123456789
                     */
                    number: string;
                    mediaType: "image" | "video" | "audio" | "document";
                    /**
                     * @description Fetched by the gateway; or give mediaBase64, or upload `file`.
                     * @example https://example.com/image.jpg
                     */
                    mediaUrl?: string;
                    /** @description At most 16 MiB decoded. */
                    mediaBase64?: string;
                    /** @description multipart/form-data only: the medium itself, at most 16 MiB. */
                    file?: string;
                    fileName?: string;
                    /** @example Check this out! */
                    caption?: string;
                    /**
                     * @description True: answered with 202 once the message is stored; it leaves in its turn, also when the phone number is offline now. `Prefer: respond-async` asks for the same.
                     * @default false
                     */
                    async?: boolean;
                    /**
                     * Format: date-time
                     * @description When it leaves, at most a year ahead; answered with 202. It costs its unit of the day it leaves on.
                     * @example 2027-01-01T08:00:00Z
                     */
                    send_at?: string;
                    /**
                     * @description Seconds, from now or from `send_at`, after which it is not sent any more. Only for a message that waits.
                     * @default 86400
                     */
                    expires_in?: number;
                    /**
                     * @description Of a phone number's waiting messages the higher leaves first. Only for a message that waits.
                     * @default normal
                     * @enum {unknown}
                     */
                    priority?: "low" | "normal" | "high";
                    /** @description Milliseconds of "typing…" before it is sent. */
                    delay?: number;
                    /** @description The message it answers: its `message_id`, or its WhatsApp id on this phone number. */
                    quoted?: string;
                    /** @description Phone numbers mentioned, in a group. */
                    mentions?: string[];
                    /** @description Mentions everyone in the group. */
                    mentions_everyone?: boolean;
                };
                /**
                 * @example {
                 *       "token": "eft_…",
                 *       "number": "628123456789",
                 *       "mediaUrl": "https://example.com/image.jpg",
                 *       "caption": "Check this out!",
                 *       "mediaType": "image"
                 *     }
                 */
                "multipart/form-data": {
                    /**
                     * @description The phone number's token.
                     * @example eft_…
                     */
                    token?: string;
                    /**
                     * @description In place of `token`: a pool of yours by its name, or `all` for all of your phone numbers. The one whose turn it is sends; the next one only where that one certainly did not.
                     * @example all
                     */
                    pool?: string;
                    /**
                     * @description 8 to 15 digits with the country code and an optional +, a group id (…@g.us), or an id (…@s.whatsapp.net, …@lid) from a message that this phone number received.
                     * @example 628123456789
                     */
                    number: string;
                    mediaType: "image" | "video" | "audio" | "document";
                    /**
                     * @description Fetched by the gateway; or give mediaBase64, or upload `file`.
                     * @example https://example.com/image.jpg
                     */
                    mediaUrl?: string;
                    /** @description At most 16 MiB decoded. */
                    mediaBase64?: string;
                    /** @description multipart/form-data only: the medium itself, at most 16 MiB. */
                    file?: string;
                    fileName?: string;
                    /** @example Check this out! */
                    caption?: string;
                    /**
                     * @description True: answered with 202 once the message is stored; it leaves in its turn, also when the phone number is offline now. `Prefer: respond-async` asks for the same.
                     * @default false
                     */
                    async?: boolean;
                    /**
                     * Format: date-time
                     * @description When it leaves, at most a year ahead; answered with 202. It costs its unit of the day it leaves on.
                     * @example 2027-01-01T08:00:00Z
                     */
                    send_at?: string;
                    /**
                     * @description Seconds, from now or from `send_at`, after which it is not sent any more. Only for a message that waits.
                     * @default 86400
                     */
                    expires_in?: number;
                    /**
                     * @description Of a phone number's waiting messages the higher leaves first. Only for a message that waits.
                     * @default normal
                     * @enum {unknown}
                     */
                    priority?: "low" | "normal" | "high";
                    /** @description Milliseconds of "typing…" before it is sent. */
                    delay?: number;
                    /** @description The message it answers: its `message_id`, or its WhatsApp id on this phone number. */
                    quoted?: string;
                    /** @description Phone numbers mentioned, in a group. */
                    mentions?: string[];
                    /** @description Mentions everyone in the group. */
                    mentions_everyone?: boolean;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /** @enum {string} */
                        status: "sent";
                        whatsapp_id: string;
                        to: string;
                        /** @description True where a simulated backend took it: nothing reached WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /**
                         * @description `accepted` or `scheduled`; where an Idempotency-Key is repeated, what has become of it.
                         * @enum {unknown}
                         */
                        status: "accepted" | "scheduled" | "sending" | "failed" | "expired" | "cancelled" | "unknown";
                        to: string;
                        /** Format: date-time */
                        send_at?: string;
                        /** @description True on a simulated backend: nothing will reach WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
        };
    };
    postMessagesSendVoice: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 visible ASCII characters. Repeated within 24 hours, it gets the answer to its first request, and nothing is sent again.
                 * @example 6f7d2b1c-order-1042
                 */
                "idempotency-key"?: string;
                /** @description `respond-async`: like `"async": true`. */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eft_…",
                 *       "number": "628123456789",
                 *       "mediaUrl": "https://example.com/note.ogg"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description The phone number's token.
                     * @example eft_…
                     */
                    token?: string;
                    /**
                     * @description In place of `token`: a pool of yours by its name, or `all` for all of your phone numbers. The one whose turn it is sends; the next one only where that one certainly did not.
                     * @example all
                     */
                    pool?: string;
                    /**
                     * @description 8 to 15 digits with the country code and an optional +, a group id (…@g.us), or an id (…@s.whatsapp.net, …@lid) from a message that this phone number received.
                     * @example 628123456789
                     */
                    number: string;
                    /**
                     * @description Fetched by the gateway; or give mediaBase64, or upload `file`.
                     * @example https://example.com/image.jpg
                     */
                    mediaUrl?: string;
                    /** @description At most 16 MiB decoded. */
                    mediaBase64?: string;
                    /** @description multipart/form-data only: the medium itself, at most 16 MiB. */
                    file?: string;
                    /**
                     * @description True: answered with 202 once the message is stored; it leaves in its turn, also when the phone number is offline now. `Prefer: respond-async` asks for the same.
                     * @default false
                     */
                    async?: boolean;
                    /**
                     * Format: date-time
                     * @description When it leaves, at most a year ahead; answered with 202. It costs its unit of the day it leaves on.
                     * @example 2027-01-01T08:00:00Z
                     */
                    send_at?: string;
                    /**
                     * @description Seconds, from now or from `send_at`, after which it is not sent any more. Only for a message that waits.
                     * @default 86400
                     */
                    expires_in?: number;
                    /**
                     * @description Of a phone number's waiting messages the higher leaves first. Only for a message that waits.
                     * @default normal
                     * @enum {unknown}
                     */
                    priority?: "low" | "normal" | "high";
                    /** @description Milliseconds of "typing…" before it is sent. */
                    delay?: number;
                    /** @description The message it answers: its `message_id`, or its WhatsApp id on this phone number. */
                    quoted?: string;
                    /** @description Phone numbers mentioned, in a group. */
                    mentions?: string[];
                    /** @description Mentions everyone in the group. */
                    mentions_everyone?: boolean;
                };
                /**
                 * @example {
                 *       "token": "eft_…",
                 *       "number": "628123456789",
                 *       "mediaUrl": "https://example.com/note.ogg"
                 *     }
                 */
                "multipart/form-data": {
                    /**
                     * @description The phone number's token.
                     * @example eft_…
                     */
                    token?: string;
                    /**
                     * @description In place of `token`: a pool of yours by its name, or `all` for all of your phone numbers. The one whose turn it is sends; the next one only where that one certainly did not.
                     * @example all
                     */
                    pool?: string;
                    /**
                     * @description 8 to 15 digits with the country code and an optional +, a group id (…@g.us), or an id (…@s.whatsapp.net, …@lid) from a message that this phone number received.
                     * @example 628123456789
                     */
                    number: string;
                    /**
                     * @description Fetched by the gateway; or give mediaBase64, or upload `file`.
                     * @example https://example.com/image.jpg
                     */
                    mediaUrl?: string;
                    /** @description At most 16 MiB decoded. */
                    mediaBase64?: string;
                    /** @description multipart/form-data only: the medium itself, at most 16 MiB. */
                    file?: string;
                    /**
                     * @description True: answered with 202 once the message is stored; it leaves in its turn, also when the phone number is offline now. `Prefer: respond-async` asks for the same.
                     * @default false
                     */
                    async?: boolean;
                    /**
                     * Format: date-time
                     * @description When it leaves, at most a year ahead; answered with 202. It costs its unit of the day it leaves on.
                     * @example 2027-01-01T08:00:00Z
                     */
                    send_at?: string;
                    /**
                     * @description Seconds, from now or from `send_at`, after which it is not sent any more. Only for a message that waits.
                     * @default 86400
                     */
                    expires_in?: number;
                    /**
                     * @description Of a phone number's waiting messages the higher leaves first. Only for a message that waits.
                     * @default normal
                     * @enum {unknown}
                     */
                    priority?: "low" | "normal" | "high";
                    /** @description Milliseconds of "typing…" before it is sent. */
                    delay?: number;
                    /** @description The message it answers: its `message_id`, or its WhatsApp id on this phone number. */
                    quoted?: string;
                    /** @description Phone numbers mentioned, in a group. */
                    mentions?: string[];
                    /** @description Mentions everyone in the group. */
                    mentions_everyone?: boolean;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /** @enum {string} */
                        status: "sent";
                        whatsapp_id: string;
                        to: string;
                        /** @description True where a simulated backend took it: nothing reached WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /**
                         * @description `accepted` or `scheduled`; where an Idempotency-Key is repeated, what has become of it.
                         * @enum {unknown}
                         */
                        status: "accepted" | "scheduled" | "sending" | "failed" | "expired" | "cancelled" | "unknown";
                        to: string;
                        /** Format: date-time */
                        send_at?: string;
                        /** @description True on a simulated backend: nothing will reach WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
        };
    };
    postMessagesSendPtv: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 visible ASCII characters. Repeated within 24 hours, it gets the answer to its first request, and nothing is sent again.
                 * @example 6f7d2b1c-order-1042
                 */
                "idempotency-key"?: string;
                /** @description `respond-async`: like `"async": true`. */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eft_…",
                 *       "number": "628123456789",
                 *       "mediaUrl": "https://example.com/note.mp4"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description The phone number's token.
                     * @example eft_…
                     */
                    token?: string;
                    /**
                     * @description In place of `token`: a pool of yours by its name, or `all` for all of your phone numbers. The one whose turn it is sends; the next one only where that one certainly did not.
                     * @example all
                     */
                    pool?: string;
                    /**
                     * @description 8 to 15 digits with the country code and an optional +, a group id (…@g.us), or an id (…@s.whatsapp.net, …@lid) from a message that this phone number received.
                     * @example 628123456789
                     */
                    number: string;
                    /**
                     * @description Fetched by the gateway; or give mediaBase64, or upload `file`.
                     * @example https://example.com/image.jpg
                     */
                    mediaUrl?: string;
                    /** @description At most 16 MiB decoded. */
                    mediaBase64?: string;
                    /** @description multipart/form-data only: the medium itself, at most 16 MiB. */
                    file?: string;
                    /**
                     * @description True: answered with 202 once the message is stored; it leaves in its turn, also when the phone number is offline now. `Prefer: respond-async` asks for the same.
                     * @default false
                     */
                    async?: boolean;
                    /**
                     * Format: date-time
                     * @description When it leaves, at most a year ahead; answered with 202. It costs its unit of the day it leaves on.
                     * @example 2027-01-01T08:00:00Z
                     */
                    send_at?: string;
                    /**
                     * @description Seconds, from now or from `send_at`, after which it is not sent any more. Only for a message that waits.
                     * @default 86400
                     */
                    expires_in?: number;
                    /**
                     * @description Of a phone number's waiting messages the higher leaves first. Only for a message that waits.
                     * @default normal
                     * @enum {unknown}
                     */
                    priority?: "low" | "normal" | "high";
                    /** @description Milliseconds of "typing…" before it is sent. */
                    delay?: number;
                    /** @description The message it answers: its `message_id`, or its WhatsApp id on this phone number. */
                    quoted?: string;
                    /** @description Phone numbers mentioned, in a group. */
                    mentions?: string[];
                    /** @description Mentions everyone in the group. */
                    mentions_everyone?: boolean;
                };
                /**
                 * @example {
                 *       "token": "eft_…",
                 *       "number": "628123456789",
                 *       "mediaUrl": "https://example.com/note.mp4"
                 *     }
                 */
                "multipart/form-data": {
                    /**
                     * @description The phone number's token.
                     * @example eft_…
                     */
                    token?: string;
                    /**
                     * @description In place of `token`: a pool of yours by its name, or `all` for all of your phone numbers. The one whose turn it is sends; the next one only where that one certainly did not.
                     * @example all
                     */
                    pool?: string;
                    /**
                     * @description 8 to 15 digits with the country code and an optional +, a group id (…@g.us), or an id (…@s.whatsapp.net, …@lid) from a message that this phone number received.
                     * @example 628123456789
                     */
                    number: string;
                    /**
                     * @description Fetched by the gateway; or give mediaBase64, or upload `file`.
                     * @example https://example.com/image.jpg
                     */
                    mediaUrl?: string;
                    /** @description At most 16 MiB decoded. */
                    mediaBase64?: string;
                    /** @description multipart/form-data only: the medium itself, at most 16 MiB. */
                    file?: string;
                    /**
                     * @description True: answered with 202 once the message is stored; it leaves in its turn, also when the phone number is offline now. `Prefer: respond-async` asks for the same.
                     * @default false
                     */
                    async?: boolean;
                    /**
                     * Format: date-time
                     * @description When it leaves, at most a year ahead; answered with 202. It costs its unit of the day it leaves on.
                     * @example 2027-01-01T08:00:00Z
                     */
                    send_at?: string;
                    /**
                     * @description Seconds, from now or from `send_at`, after which it is not sent any more. Only for a message that waits.
                     * @default 86400
                     */
                    expires_in?: number;
                    /**
                     * @description Of a phone number's waiting messages the higher leaves first. Only for a message that waits.
                     * @default normal
                     * @enum {unknown}
                     */
                    priority?: "low" | "normal" | "high";
                    /** @description Milliseconds of "typing…" before it is sent. */
                    delay?: number;
                    /** @description The message it answers: its `message_id`, or its WhatsApp id on this phone number. */
                    quoted?: string;
                    /** @description Phone numbers mentioned, in a group. */
                    mentions?: string[];
                    /** @description Mentions everyone in the group. */
                    mentions_everyone?: boolean;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /** @enum {string} */
                        status: "sent";
                        whatsapp_id: string;
                        to: string;
                        /** @description True where a simulated backend took it: nothing reached WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /**
                         * @description `accepted` or `scheduled`; where an Idempotency-Key is repeated, what has become of it.
                         * @enum {unknown}
                         */
                        status: "accepted" | "scheduled" | "sending" | "failed" | "expired" | "cancelled" | "unknown";
                        to: string;
                        /** Format: date-time */
                        send_at?: string;
                        /** @description True on a simulated backend: nothing will reach WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
        };
    };
    postMessagesSendSticker: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 visible ASCII characters. Repeated within 24 hours, it gets the answer to its first request, and nothing is sent again.
                 * @example 6f7d2b1c-order-1042
                 */
                "idempotency-key"?: string;
                /** @description `respond-async`: like `"async": true`. */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eft_…",
                 *       "number": "628123456789",
                 *       "mediaUrl": "https://example.com/sticker.webp"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description The phone number's token.
                     * @example eft_…
                     */
                    token?: string;
                    /**
                     * @description In place of `token`: a pool of yours by its name, or `all` for all of your phone numbers. The one whose turn it is sends; the next one only where that one certainly did not.
                     * @example all
                     */
                    pool?: string;
                    /**
                     * @description 8 to 15 digits with the country code and an optional +, a group id (…@g.us), or an id (…@s.whatsapp.net, …@lid) from a message that this phone number received.
                     * @example 628123456789
                     */
                    number: string;
                    /**
                     * @description Fetched by the gateway; or give mediaBase64, or upload `file`.
                     * @example https://example.com/image.jpg
                     */
                    mediaUrl?: string;
                    /** @description At most 16 MiB decoded. */
                    mediaBase64?: string;
                    /** @description multipart/form-data only: the medium itself, at most 16 MiB. */
                    file?: string;
                    /**
                     * @description True: answered with 202 once the message is stored; it leaves in its turn, also when the phone number is offline now. `Prefer: respond-async` asks for the same.
                     * @default false
                     */
                    async?: boolean;
                    /**
                     * Format: date-time
                     * @description When it leaves, at most a year ahead; answered with 202. It costs its unit of the day it leaves on.
                     * @example 2027-01-01T08:00:00Z
                     */
                    send_at?: string;
                    /**
                     * @description Seconds, from now or from `send_at`, after which it is not sent any more. Only for a message that waits.
                     * @default 86400
                     */
                    expires_in?: number;
                    /**
                     * @description Of a phone number's waiting messages the higher leaves first. Only for a message that waits.
                     * @default normal
                     * @enum {unknown}
                     */
                    priority?: "low" | "normal" | "high";
                    /** @description Milliseconds of "typing…" before it is sent. */
                    delay?: number;
                    /** @description The message it answers: its `message_id`, or its WhatsApp id on this phone number. */
                    quoted?: string;
                    /** @description Phone numbers mentioned, in a group. */
                    mentions?: string[];
                    /** @description Mentions everyone in the group. */
                    mentions_everyone?: boolean;
                };
                /**
                 * @example {
                 *       "token": "eft_…",
                 *       "number": "628123456789",
                 *       "mediaUrl": "https://example.com/sticker.webp"
                 *     }
                 */
                "multipart/form-data": {
                    /**
                     * @description The phone number's token.
                     * @example eft_…
                     */
                    token?: string;
                    /**
                     * @description In place of `token`: a pool of yours by its name, or `all` for all of your phone numbers. The one whose turn it is sends; the next one only where that one certainly did not.
                     * @example all
                     */
                    pool?: string;
                    /**
                     * @description 8 to 15 digits with the country code and an optional +, a group id (…@g.us), or an id (…@s.whatsapp.net, …@lid) from a message that this phone number received.
                     * @example 628123456789
                     */
                    number: string;
                    /**
                     * @description Fetched by the gateway; or give mediaBase64, or upload `file`.
                     * @example https://example.com/image.jpg
                     */
                    mediaUrl?: string;
                    /** @description At most 16 MiB decoded. */
                    mediaBase64?: string;
                    /** @description multipart/form-data only: the medium itself, at most 16 MiB. */
                    file?: string;
                    /**
                     * @description True: answered with 202 once the message is stored; it leaves in its turn, also when the phone number is offline now. `Prefer: respond-async` asks for the same.
                     * @default false
                     */
                    async?: boolean;
                    /**
                     * Format: date-time
                     * @description When it leaves, at most a year ahead; answered with 202. It costs its unit of the day it leaves on.
                     * @example 2027-01-01T08:00:00Z
                     */
                    send_at?: string;
                    /**
                     * @description Seconds, from now or from `send_at`, after which it is not sent any more. Only for a message that waits.
                     * @default 86400
                     */
                    expires_in?: number;
                    /**
                     * @description Of a phone number's waiting messages the higher leaves first. Only for a message that waits.
                     * @default normal
                     * @enum {unknown}
                     */
                    priority?: "low" | "normal" | "high";
                    /** @description Milliseconds of "typing…" before it is sent. */
                    delay?: number;
                    /** @description The message it answers: its `message_id`, or its WhatsApp id on this phone number. */
                    quoted?: string;
                    /** @description Phone numbers mentioned, in a group. */
                    mentions?: string[];
                    /** @description Mentions everyone in the group. */
                    mentions_everyone?: boolean;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /** @enum {string} */
                        status: "sent";
                        whatsapp_id: string;
                        to: string;
                        /** @description True where a simulated backend took it: nothing reached WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /**
                         * @description `accepted` or `scheduled`; where an Idempotency-Key is repeated, what has become of it.
                         * @enum {unknown}
                         */
                        status: "accepted" | "scheduled" | "sending" | "failed" | "expired" | "cancelled" | "unknown";
                        to: string;
                        /** Format: date-time */
                        send_at?: string;
                        /** @description True on a simulated backend: nothing will reach WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
        };
    };
    postMessagesSendStatus: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 visible ASCII characters. Repeated within 24 hours, it gets the answer to its first request, and nothing is sent again.
                 * @example 6f7d2b1c-order-1042
                 */
                "idempotency-key"?: string;
                /** @description `respond-async`: like `"async": true`. */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eft_…",
                 *       "type": "text",
                 *       "text": "Open until 8 pm",
                 *       "background_color": "#128C7E",
                 *       "font": 1
                 *     }
                 */
                "application/json": {
                    /**
                     * @description The phone number's token.
                     * @example eft_…
                     */
                    token?: string;
                    /**
                     * @description In place of `token`: a pool of yours by its name, or `all` for all of your phone numbers. The one whose turn it is sends; the next one only where that one certainly did not.
                     * @example all
                     */
                    pool?: string;
                    /** @enum {unknown} */
                    type: "text" | "image" | "video" | "audio";
                    /** @description Of type text. */
                    text?: string;
                    /**
                     * @description Fetched by the gateway; or give mediaBase64, or upload `file`.
                     * @example https://example.com/image.jpg
                     */
                    mediaUrl?: string;
                    /** @description At most 16 MiB decoded. */
                    mediaBase64?: string;
                    /** @description multipart/form-data only: the medium itself, at most 16 MiB. */
                    file?: string;
                    /** @description Of type image and video. */
                    caption?: string;
                    /** @description Of type text. */
                    background_color?: string;
                    /** @description Of type text. */
                    font?: number;
                    /** @description Whose phones show it; all contacts where it is left out. */
                    audience?: string[];
                    /**
                     * @description True: answered with 202 once the message is stored; it leaves in its turn, also when the phone number is offline now. `Prefer: respond-async` asks for the same.
                     * @default false
                     */
                    async?: boolean;
                    /**
                     * Format: date-time
                     * @description When it leaves, at most a year ahead; answered with 202. It costs its unit of the day it leaves on.
                     * @example 2027-01-01T08:00:00Z
                     */
                    send_at?: string;
                    /**
                     * @description Seconds, from now or from `send_at`, after which it is not sent any more. Only for a message that waits.
                     * @default 86400
                     */
                    expires_in?: number;
                    /**
                     * @description Of a phone number's waiting messages the higher leaves first. Only for a message that waits.
                     * @default normal
                     * @enum {unknown}
                     */
                    priority?: "low" | "normal" | "high";
                    /** @description Milliseconds of "typing…" before it is sent. */
                    delay?: number;
                    /** @description The message it answers: its `message_id`, or its WhatsApp id on this phone number. */
                    quoted?: string;
                    /** @description Phone numbers mentioned, in a group. */
                    mentions?: string[];
                    /** @description Mentions everyone in the group. */
                    mentions_everyone?: boolean;
                };
                /**
                 * @example {
                 *       "token": "eft_…",
                 *       "type": "text",
                 *       "text": "Open until 8 pm",
                 *       "background_color": "#128C7E",
                 *       "font": 1
                 *     }
                 */
                "multipart/form-data": {
                    /**
                     * @description The phone number's token.
                     * @example eft_…
                     */
                    token?: string;
                    /**
                     * @description In place of `token`: a pool of yours by its name, or `all` for all of your phone numbers. The one whose turn it is sends; the next one only where that one certainly did not.
                     * @example all
                     */
                    pool?: string;
                    /** @enum {unknown} */
                    type: "text" | "image" | "video" | "audio";
                    /** @description Of type text. */
                    text?: string;
                    /**
                     * @description Fetched by the gateway; or give mediaBase64, or upload `file`.
                     * @example https://example.com/image.jpg
                     */
                    mediaUrl?: string;
                    /** @description At most 16 MiB decoded. */
                    mediaBase64?: string;
                    /** @description multipart/form-data only: the medium itself, at most 16 MiB. */
                    file?: string;
                    /** @description Of type image and video. */
                    caption?: string;
                    /** @description Of type text. */
                    background_color?: string;
                    /** @description Of type text. */
                    font?: number;
                    /** @description Whose phones show it; all contacts where it is left out. */
                    audience?: string[];
                    /**
                     * @description True: answered with 202 once the message is stored; it leaves in its turn, also when the phone number is offline now. `Prefer: respond-async` asks for the same.
                     * @default false
                     */
                    async?: boolean;
                    /**
                     * Format: date-time
                     * @description When it leaves, at most a year ahead; answered with 202. It costs its unit of the day it leaves on.
                     * @example 2027-01-01T08:00:00Z
                     */
                    send_at?: string;
                    /**
                     * @description Seconds, from now or from `send_at`, after which it is not sent any more. Only for a message that waits.
                     * @default 86400
                     */
                    expires_in?: number;
                    /**
                     * @description Of a phone number's waiting messages the higher leaves first. Only for a message that waits.
                     * @default normal
                     * @enum {unknown}
                     */
                    priority?: "low" | "normal" | "high";
                    /** @description Milliseconds of "typing…" before it is sent. */
                    delay?: number;
                    /** @description The message it answers: its `message_id`, or its WhatsApp id on this phone number. */
                    quoted?: string;
                    /** @description Phone numbers mentioned, in a group. */
                    mentions?: string[];
                    /** @description Mentions everyone in the group. */
                    mentions_everyone?: boolean;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /** @enum {string} */
                        status: "sent";
                        whatsapp_id: string;
                        to: string;
                        /** @description True where a simulated backend took it: nothing reached WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        success: true;
                        /** Format: uuid */
                        message_id: string;
                        /**
                         * @description `accepted` or `scheduled`; where an Idempotency-Key is repeated, what has become of it.
                         * @enum {unknown}
                         */
                        status: "accepted" | "scheduled" | "sending" | "failed" | "expired" | "cancelled" | "unknown";
                        to: string;
                        /** Format: date-time */
                        send_at?: string;
                        /** @description True on a simulated backend: nothing will reach WhatsApp. */
                        sandbox?: boolean;
                    };
                };
            };
        };
    };
}
