// The app's one route.
import { route } from '@react-router/dev/routes';

export default [route('api/info', './routes/info.ts')];
