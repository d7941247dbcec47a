import type { ShareLanguage } from './share-language.ts';

/** Every sentence of the page; `{name}` and `{time}` are filled in. */
export type ShareTexts = {
  languageName: string;
  heading: string;
  /** What the sender calls the number. */
  forNumber: string;
  needsScript: string;
  stepOpen: string;
  stepMenu: string;
  stepScan: string;
  qrDescription: string;
  starting: string;
  waiting: string;
  scan: string;
  /** `{time}`: such as "in 20 seconds". */
  qrRenews: string;
  qrRenewing: string;
  connected: string;
  lost: string;
  broken: string;
  trouble: string;
  offline: string;
  tooMany: string;
  paused: string;
  again: string;
  linkEnds: string;
  gone: string;
  goneWhy: string;
  pairingTitle: string;
  pairingWhy: string;
  pairingNumber: string;
  pairingHint: string;
  pairingAsk: string;
  pairingAsking: string;
  pairingInvalid: string;
  pairingNone: string;
  pairingType: string;
  helpTitle: string;
  helpOnline: string;
  helpDevices: string;
  helpReload: string;
  helpSender: string;
  simulated: string;
  languages: string;
};

export const shareTexts: Readonly<Record<ShareLanguage, ShareTexts>> = {
  en: {
    languageName: 'English',
    heading: 'Connect WhatsApp',
    forNumber: 'For: {name}',
    needsScript: 'This page needs JavaScript.',
    stepOpen: 'Open WhatsApp on the phone that is to be connected.',
    stepMenu: 'Open Settings or the menu, then Linked devices, then Link a device.',
    stepScan: 'Point the phone at the code on this page.',
    qrDescription: 'QR code to be scanned with WhatsApp',
    starting: 'One moment, please.',
    waiting: 'A code is being made. This takes a few seconds.',
    scan: 'Scan this code now.',
    qrRenews: 'The next code comes {time}.',
    qrRenewing: 'The next code is on its way.',
    connected: 'Done: WhatsApp is connected. You can close this page.',
    lost: 'WhatsApp was connected by this link, but the connection has ended. Ask whoever sent you the link for a new one.',
    broken: 'This number cannot be connected just now. Tell whoever sent you the link.',
    trouble: 'That did not work. It is tried again in a moment.',
    offline: 'The server cannot be reached. Check your connection; it is tried again in a moment.',
    tooMany: 'That was tried too often. Wait a while, or scan the code instead.',
    paused: 'No new code is made until you ask for one.',
    again: 'Show a new code',
    linkEnds: 'This link ends {time}.',
    gone: 'This link does not work any more',
    goneWhy:
      'It may have run out, been used, or been taken back; or it is not complete. Ask whoever sent it to you for a new one.',
    pairingTitle: 'Use a code instead of the camera',
    pairingWhy: 'Right when this page is open on the very phone that is to be connected.',
    pairingNumber: 'Phone number of that phone',
    pairingHint: 'With the country code, such as +62 812 3456 7890.',
    pairingAsk: 'Get a code',
    pairingAsking: 'The code is being asked for.',
    pairingInvalid: 'Enter the number with its country code: 8 to 15 digits.',
    pairingNone: 'No code could be had for this number. Scan the QR code, or try again in a moment.',
    pairingType: 'In WhatsApp: Linked devices, Link a device, Link with phone number instead. Then type this code:',
    helpTitle: 'It does not work?',
    helpOnline: 'The phone must be online, with a recent WhatsApp.',
    helpDevices: 'A phone can have four linked devices: remove one that is no longer used.',
    helpReload: 'Reload this page: the link stays good until the phone is connected.',
    helpSender: 'If nothing helps, ask whoever sent you the link.',
    simulated: 'This number is simulated: WhatsApp will not accept its code.',
    languages: 'Languages',
  },
  id: {
    languageName: 'Bahasa Indonesia',
    heading: 'Hubungkan WhatsApp',
    forNumber: 'Untuk: {name}',
    needsScript: 'Halaman ini memerlukan JavaScript.',
    stepOpen: 'Buka WhatsApp di ponsel yang akan dihubungkan.',
    stepMenu: 'Buka Pengaturan atau menu, lalu Perangkat tertaut, lalu Tautkan perangkat.',
    stepScan: 'Arahkan ponsel ke kode di halaman ini.',
    qrDescription: 'Kode QR untuk dipindai dengan WhatsApp',
    starting: 'Mohon tunggu sebentar.',
    waiting: 'Kode sedang dibuat. Ini perlu beberapa detik.',
    scan: 'Pindai kode ini sekarang.',
    qrRenews: 'Kode berikutnya muncul {time}.',
    qrRenewing: 'Kode berikutnya sedang disiapkan.',
    connected: 'Selesai: WhatsApp sudah terhubung. Anda dapat menutup halaman ini.',
    lost: 'WhatsApp sempat terhubung lewat tautan ini, tetapi koneksinya sudah berakhir. Mintalah tautan baru kepada pengirimnya.',
    broken: 'Nomor ini belum dapat dihubungkan saat ini. Beri tahu pengirim tautan ini.',
    trouble: 'Belum berhasil. Sebentar lagi akan dicoba kembali.',
    offline: 'Server tidak dapat dijangkau. Periksa koneksi Anda; sebentar lagi akan dicoba kembali.',
    tooMany: 'Sudah terlalu sering dicoba. Tunggu beberapa saat, atau pindai kode QR.',
    paused: 'Kode baru tidak dibuat sampai Anda memintanya.',
    again: 'Tampilkan kode baru',
    linkEnds: 'Tautan ini berakhir {time}.',
    gone: 'Tautan ini tidak berlaku lagi',
    goneWhy:
      'Mungkin sudah kedaluwarsa, sudah dipakai, atau dibatalkan; atau tautannya tidak lengkap. Mintalah tautan baru kepada pengirimnya.',
    pairingTitle: 'Gunakan kode, tanpa kamera',
    pairingWhy: 'Cocok bila halaman ini dibuka di ponsel yang akan dihubungkan itu sendiri.',
    pairingNumber: 'Nomor telepon ponsel tersebut',
    pairingHint: 'Dengan kode negara, misalnya +62 812 3456 7890.',
    pairingAsk: 'Minta kode',
    pairingAsking: 'Kode sedang diminta.',
    pairingInvalid: 'Masukkan nomor dengan kode negara: 8 sampai 15 angka.',
    pairingNone: 'Kode untuk nomor ini tidak didapat. Pindai kode QR, atau coba lagi sebentar lagi.',
    pairingType:
      'Di WhatsApp: Perangkat tertaut, Tautkan perangkat, Tautkan dengan nomor telepon saja. Lalu ketik kode ini:',
    helpTitle: 'Belum berhasil?',
    helpOnline: 'Ponsel harus terhubung ke internet, dengan WhatsApp versi terbaru.',
    helpDevices: 'Satu ponsel dapat memiliki empat perangkat tertaut: hapus yang tidak dipakai lagi.',
    helpReload: 'Muat ulang halaman ini: tautan tetap berlaku sampai ponsel terhubung.',
    helpSender: 'Jika semua tidak membantu, hubungi pengirim tautan ini.',
    simulated: 'Nomor ini hanya simulasi: WhatsApp tidak akan menerima kodenya.',
    languages: 'Bahasa',
  },
  'pt-BR': {
    languageName: 'Português (Brasil)',
    heading: 'Conectar o WhatsApp',
    forNumber: 'Para: {name}',
    needsScript: 'Esta página precisa de JavaScript.',
    stepOpen: 'Abra o WhatsApp no celular que será conectado.',
    stepMenu: 'Abra Configurações ou o menu, depois Dispositivos conectados e Conectar dispositivo.',
    stepScan: 'Aponte o celular para o código desta página.',
    qrDescription: 'QR code para ler com o WhatsApp',
    starting: 'Um momento, por favor.',
    waiting: 'O código está sendo gerado. Isso leva alguns segundos.',
    scan: 'Leia este código agora.',
    qrRenews: 'O próximo código chega {time}.',
    qrRenewing: 'O próximo código está a caminho.',
    connected: 'Pronto: o WhatsApp está conectado. Você pode fechar esta página.',
    lost: 'O WhatsApp foi conectado por este link, mas a conexão terminou. Peça um novo link a quem o enviou.',
    broken: 'Este número não pode ser conectado agora. Avise quem enviou o link.',
    trouble: 'Não deu certo. Uma nova tentativa será feita em instantes.',
    offline: 'O servidor não responde. Verifique sua conexão; uma nova tentativa será feita em instantes.',
    tooMany: 'Foram tentativas demais. Espere um pouco ou leia o QR code.',
    paused: 'Nenhum código novo será gerado até você pedir.',
    again: 'Mostrar um novo código',
    linkEnds: 'Este link expira {time}.',
    gone: 'Este link não funciona mais',
    goneWhy:
      'Ele pode ter expirado, já ter sido usado ou ter sido cancelado; ou está incompleto. Peça um novo a quem o enviou.',
    pairingTitle: 'Usar um código em vez da câmera',
    pairingWhy: 'Indicado quando esta página está aberta no próprio celular que será conectado.',
    pairingNumber: 'Número de telefone desse celular',
    pairingHint: 'Com o código do país, por exemplo +55 11 91234-5678.',
    pairingAsk: 'Obter um código',
    pairingAsking: 'O código está sendo solicitado.',
    pairingInvalid: 'Digite o número com o código do país: de 8 a 15 dígitos.',
    pairingNone: 'Não foi possível obter um código para este número. Leia o QR code ou tente de novo em instantes.',
    pairingType:
      'No WhatsApp: Dispositivos conectados, Conectar dispositivo, Conectar com número de telefone. Depois digite este código:',
    helpTitle: 'Não funcionou?',
    helpOnline: 'O celular precisa estar on-line e com o WhatsApp atualizado.',
    helpDevices: 'Um celular pode ter quatro dispositivos conectados: remova um que não seja mais usado.',
    helpReload: 'Recarregue esta página: o link vale até o celular ser conectado.',
    helpSender: 'Se nada ajudar, fale com quem enviou o link.',
    simulated: 'Este número é simulado: o WhatsApp não aceitará o código.',
    languages: 'Idiomas',
  },
  ar: {
    languageName: 'العربية',
    heading: 'ربط واتساب',
    forNumber: 'لأجل: {name}',
    needsScript: 'تحتاج هذه الصفحة إلى JavaScript.',
    stepOpen: 'افتح واتساب على الهاتف المراد ربطه.',
    stepMenu: 'افتح الإعدادات أو القائمة، ثم الأجهزة المرتبطة، ثم ربط جهاز.',
    stepScan: 'وجّه الهاتف نحو الرمز الظاهر في هذه الصفحة.',
    qrDescription: 'رمز QR للمسح بواسطة واتساب',
    starting: 'لحظة من فضلك.',
    waiting: 'يجري إعداد الرمز، ويستغرق ذلك بضع ثوانٍ.',
    scan: 'امسح هذا الرمز الآن.',
    qrRenews: 'يظهر الرمز التالي {time}.',
    qrRenewing: 'الرمز التالي في الطريق.',
    connected: 'تم: واتساب مرتبط الآن. يمكنك إغلاق هذه الصفحة.',
    lost: 'تم ربط واتساب عبر هذا الرابط، لكن الاتصال انتهى. اطلب رابطًا جديدًا ممن أرسله إليك.',
    broken: 'لا يمكن ربط هذا الرقم حاليًا. أخبر من أرسل إليك الرابط.',
    trouble: 'لم ينجح ذلك. ستُعاد المحاولة بعد لحظات.',
    offline: 'تعذّر الوصول إلى الخادم. تحقق من اتصالك؛ ستُعاد المحاولة بعد لحظات.',
    tooMany: 'محاولات كثيرة. انتظر قليلًا، أو امسح رمز QR.',
    paused: 'لن يُنشأ رمز جديد حتى تطلبه.',
    again: 'إظهار رمز جديد',
    linkEnds: 'ينتهي هذا الرابط {time}.',
    gone: 'هذا الرابط لم يعد صالحًا',
    goneWhy: 'ربما انتهت مدته، أو استُخدم، أو أُلغي؛ أو أنه غير مكتمل. اطلب رابطًا جديدًا ممن أرسله إليك.',
    pairingTitle: 'استخدام رمز بدل الكاميرا',
    pairingWhy: 'مناسب عندما تكون هذه الصفحة مفتوحة على الهاتف المراد ربطه نفسه.',
    pairingNumber: 'رقم ذلك الهاتف',
    pairingHint: 'مع رمز الدولة، مثل ‎+966 50 123 4567.',
    pairingAsk: 'الحصول على رمز',
    pairingAsking: 'يجري طلب الرمز.',
    pairingInvalid: 'أدخل الرقم مع رمز الدولة: من 8 إلى 15 رقمًا.',
    pairingNone: 'تعذّر الحصول على رمز لهذا الرقم. امسح رمز QR، أو حاول مجددًا بعد قليل.',
    pairingType: 'في واتساب: الأجهزة المرتبطة، ثم ربط جهاز، ثم الربط برقم الهاتف. بعد ذلك اكتب هذا الرمز:',
    helpTitle: 'لم ينجح الأمر؟',
    helpOnline: 'يجب أن يكون الهاتف متصلًا بالإنترنت وأن يكون واتساب حديثًا.',
    helpDevices: 'يمكن ربط أربعة أجهزة بالهاتف: أزل جهازًا لم يعد مستخدمًا.',
    helpReload: 'أعد تحميل هذه الصفحة: يبقى الرابط صالحًا حتى يرتبط الهاتف.',
    helpSender: 'إن لم ينفع شيء، فاسأل من أرسل إليك الرابط.',
    simulated: 'هذا الرقم للمحاكاة فقط: لن يقبل واتساب رمزه.',
    languages: 'اللغات',
  },
};
