import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { sessionQuery } from '../api/session.ts';
import { NotFound } from '../components/not-found.tsx';
import { PageError } from '../components/page-error.tsx';
import { PageLoading } from '../components/page-loading.tsx';
import { needTexts } from '../i18n/index.ts';
import { searchOfMessages } from '../pages/messages/message.ts';
import { searchOfNumbers } from '../pages/numbers/number.ts';
import {
  anySearch,
  auditSearch,
  findingsSearch,
  numbersSearch,
  ofBackendSearch,
  usersSearch,
} from '../pages/operators/search-params.ts';
import { queryClient } from './query-client.ts';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

const visitor = createRoute({
  getParentRoute: () => root,
  id: 'visitor',
  validateSearch: (search: Record<string, unknown>): { to?: string } =>
    typeof search.to === 'string' && /^\/(?!\/)/.test(search.to) ? { to: search.to } : {},
  async beforeLoad() {
    if ((await queryClient.ensureQueryData(sessionQuery)) !== null) throw redirect({ to: '/' });
  },
});

const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  component: lazyRouteComponent(() => import('./shell.tsx'), 'Shell'),
  async beforeLoad({ location }) {
    const session = await queryClient.ensureQueryData(sessionQuery);
    if (session === null)
      throw redirect({ to: '/login', search: location.pathname === '/' ? {} : { to: location.href } });
    await needTexts('users');
  },
});

/** A page for whoever is logged in. */
const page = <const Path extends string>(path: Path, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => signedIn, path, component });

const operators = createRoute({
  getParentRoute: () => signedIn,
  id: 'operators',
  async beforeLoad() {
    const session = await queryClient.ensureQueryData(sessionQuery);
    if (session?.user.role !== 'operator') throw redirect({ to: '/' });
    await needTexts('operators');
  },
});

/** A page for operators; what its address may filter by. */
const operatorPage = <const Path extends string, Search extends object = object>(
  path: Path,
  component: ReturnType<typeof lazyRouteComponent>,
  validateSearch: (raw: Record<string, unknown>) => Search = () => ({}) as Search,
) => createRoute({ getParentRoute: () => operators, path, component, validateSearch });

const routes = root.addChildren([
  visitor.addChildren([
    createRoute({
      getParentRoute: () => visitor,
      path: '/login',
      component: lazyRouteComponent(() => import('../pages/auth/log-in.tsx'), 'LogIn'),
    }),
    createRoute({
      getParentRoute: () => visitor,
      path: '/signup',
      component: lazyRouteComponent(() => import('../pages/auth/sign-up.tsx'), 'SignUp'),
    }),
    createRoute({
      getParentRoute: () => visitor,
      path: '/forgot-password',
      component: lazyRouteComponent(() => import('../pages/auth/forgot-password.tsx'), 'ForgotPassword'),
    }),
  ]),
  signedIn.addChildren([
    page(
      '/',
      lazyRouteComponent(() => import('../pages/home/home.tsx'), 'Home'),
    ),
    createRoute({
      getParentRoute: () => signedIn,
      path: '/numbers',
      component: lazyRouteComponent(() => import('../pages/numbers/numbers.tsx'), 'Numbers'),
      validateSearch: searchOfNumbers,
    }),
    page(
      '/numbers/new',
      lazyRouteComponent(() => import('../pages/numbers/new-number.tsx'), 'NewNumber'),
    ),
    page(
      '/numbers/$id',
      lazyRouteComponent(() => import('../pages/numbers/number-page.tsx'), 'NumberPage'),
    ),
    createRoute({
      getParentRoute: () => signedIn,
      path: '/messages',
      component: lazyRouteComponent(() => import('../pages/messages/messages.tsx'), 'Messages'),
      validateSearch: searchOfMessages,
    }),
    page(
      '/messages/$id',
      lazyRouteComponent(() => import('../pages/messages/message-page.tsx'), 'MessagePage'),
    ),
    operators.addChildren([
      operatorPage(
        '/fleet',
        lazyRouteComponent(() => import('../pages/operators/fleet/overview.tsx'), 'FleetOverview'),
      ),
      operatorPage(
        '/fleet/backends',
        lazyRouteComponent(() => import('../pages/operators/fleet/backends.tsx'), 'Backends'),
      ),
      operatorPage(
        '/fleet/backends/$id',
        lazyRouteComponent(() => import('../pages/operators/fleet/backend.tsx'), 'Backend'),
      ),
      operatorPage(
        '/fleet/numbers',
        lazyRouteComponent(() => import('../pages/operators/numbers/numbers.tsx'), 'FleetNumbers'),
        numbersSearch,
      ),
      operatorPage(
        '/fleet/moves',
        lazyRouteComponent(() => import('../pages/operators/fleet/moves.tsx'), 'Moves'),
      ),
      operatorPage(
        '/fleet/findings',
        lazyRouteComponent(() => import('../pages/operators/fleet/findings.tsx'), 'Findings'),
        findingsSearch,
      ),
      operatorPage(
        '/fleet/repairs',
        lazyRouteComponent(() => import('../pages/operators/fleet/repairs.tsx'), 'Repairs'),
        ofBackendSearch,
      ),
      operatorPage(
        '/fleet/incidents',
        lazyRouteComponent(() => import('../pages/operators/fleet/incidents.tsx'), 'Incidents'),
      ),
      operatorPage(
        '/users',
        lazyRouteComponent(() => import('../pages/operators/users/users.tsx'), 'Users'),
        usersSearch,
      ),
      operatorPage(
        '/users/plans',
        lazyRouteComponent(() => import('../pages/operators/users/plans.tsx'), 'Plans'),
      ),
      operatorPage(
        '/users/$id',
        lazyRouteComponent(() => import('../pages/operators/users/user.tsx'), 'User'),
      ),
      operatorPage(
        '/audit',
        lazyRouteComponent(() => import('../pages/operators/audit/audit.tsx'), 'Audit'),
        auditSearch,
      ),
      operatorPage(
        '/search',
        lazyRouteComponent(() => import('../pages/operators/search/search.tsx'), 'Search'),
        anySearch,
      ),
    ]),
  ]),
]);

export const router = createRouter({
  routeTree: routes,
  basepath: '/console',
  defaultPreload: 'intent',
  defaultPendingComponent: PageLoading,
  defaultErrorComponent: PageError,
  defaultNotFoundComponent: NotFound,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
