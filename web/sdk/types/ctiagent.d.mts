// The types of the ES module are those of the script, with everything as the default export too.
import * as api from './ctiagent.js';
export * from './ctiagent.js';
export default api;
