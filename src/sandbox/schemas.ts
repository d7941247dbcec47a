export { createSchema, flag, number, object, settingsSchema, text, webhookSchema } from '../evolution/wire.ts';
