import {
  ChatBubbleIcon,
  HomeIcon,
  LayersIcon,
  MagnifyingGlassIcon,
  MobileIcon,
  PersonIcon,
  ReaderIcon,
} from '@radix-ui/react-icons';
import type { ComponentType } from 'react';

export type Place = {
  to: string;
  /** Its name among the texts. */
  text: string;
  icon: ComponentType<{ 'aria-hidden'?: boolean }>;
  forOperators?: boolean;
};

/** The places that the bar at the side leads to, in its order. */
export const navigation: readonly Place[] = [
  { to: '/', text: 'nav.home', icon: HomeIcon },
  { to: '/numbers', text: 'nav.numbers', icon: MobileIcon },
  { to: '/messages', text: 'nav.messages', icon: ChatBubbleIcon },
  { to: '/fleet', text: 'nav.fleet', icon: LayersIcon, forOperators: true },
  { to: '/users', text: 'nav.users', icon: PersonIcon, forOperators: true },
  { to: '/audit', text: 'nav.audit', icon: ReaderIcon, forOperators: true },
  { to: '/search', text: 'nav.search', icon: MagnifyingGlassIcon, forOperators: true },
];
