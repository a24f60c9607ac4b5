/** Who asks the signed-in person to be friends: the header counts them, the page of people answers. */
import { Listed } from '../api/loading.svelte';
import { friendRequests } from '../api/people';

export const requests = new Listed(friendRequests, (asker) => asker.id);
