export { createHuggingfaceApp, type HuggingfaceAppDeps } from './create-huggingface-app.ts';
export { createHubOrigin } from './hub-origin.ts';
export { HUGGINGFACE_LIMITS, type HuggingfaceLimits } from './limits.ts';
