export const CONFIG = Symbol('CONFIG');
export const LOGGER = Symbol('LOGGER');
/** `(error: StartupError) => void`: told of what cannot be kept running; the process ends then. */
export const ON_GIVEN_UP = Symbol('ON_GIVEN_UP');
