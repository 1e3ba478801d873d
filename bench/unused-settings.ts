/** Settings that a configuration must have although nobody is asked here. */
export const UNUSED = {
  NODE_ENV: 'test',
  API_1C_URL: 'http://127.0.0.1:9/odata/standard.odata',
  API_1C_USER: 'bench',
  API_1C_PASSWORD: 'bench',
  MOYSKLAD_TOKEN: 'bench',
  MOYSKLAD_ORGANIZATION: 'bench',
  MOYSKLAD_AGENT: 'bench',
};
