const SITE_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Whether the API takes it as the ID of a site. */
export const isSiteId = (text: string): boolean => SITE_ID.test(text);
