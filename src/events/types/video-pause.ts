import { builtIn } from './definition.js';

export const videoPause = builtIn({
  name: 'video_pause',
  description: 'A video was halted.',
  properties: [
    { name: 'videoId', kind: 'text' },
    { name: 'title', kind: 'text' },
    { name: 'positionSeconds', kind: 'number', from: 0 },
  ],
});
