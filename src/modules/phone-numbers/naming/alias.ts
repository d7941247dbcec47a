/** No control characters, and not the form of our own instance names. */
export const aliasPattern = '^(?!user_[0-9]+_)[^\\u0000-\\u001F\\u007F-\\u009F]+$';
export const aliasLengthMax = 100;

/** Whether a number may be called so by its user. */
export function isAlias(name: string): boolean {
  return [...name].length <= aliasLengthMax && new RegExp(aliasPattern, 'u').test(name);
}
