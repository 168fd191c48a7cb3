export { Config } from './config.ts';
export { ConfigError } from './config-error.ts';
export { type App, createApp } from './create-app.ts';
export { createLog } from './create-log.ts';
export { loadConfig } from './load-config.ts';
