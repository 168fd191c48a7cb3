import { acceptStore } from '../../test/contracts/accept-store.ts';
import { openTestStore } from '../../test/support/test-store.ts';

acceptStore('embedded database and folder', openTestStore);
