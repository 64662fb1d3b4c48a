import { builtIn } from './definition.js';

export const videoPlay = builtIn({
  name: 'video_play',
  description: 'A video began, or went on.',
  properties: [
    { name: 'videoId', kind: 'text' },
    { name: 'title', kind: 'text' },
    { name: 'positionSeconds', kind: 'number', from: 0 },
  ],
});
