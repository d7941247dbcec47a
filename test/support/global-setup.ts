/** Starts what the whole run shares and ends it afterwards. */
export default function globalSetup(): () => void {
  return () => {};
}
