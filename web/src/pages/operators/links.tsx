import { Anchor, type AnchorProps, Menu, type MenuItemProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ComponentPropsWithRef } from 'react';

type OfAnchor = Omit<ComponentPropsWithRef<'a'>, keyof AnchorProps>;

/** A link in a text to a page of the console. */
export const TextLink = createLink((props: AnchorProps & OfAnchor) => <Anchor {...props} />);
export const MenuLink = createLink((props: MenuItemProps & Omit<ComponentPropsWithRef<'a'>, keyof MenuItemProps>) => (
  <Menu.Item component="a" {...props} />
));

export function BackendLink({ id }: { id: number }) {
  return (
    <TextLink to="/fleet/backends/$id" params={{ id: String(id) }} size="sm" className="ltr">
      #{id}
    </TextLink>
  );
}

export function UserLink({ id }: { id: number }) {
  return (
    <TextLink to="/users/$id" params={{ id: String(id) }} size="sm" className="ltr">
      #{id}
    </TextLink>
  );
}

export function NumberLink({ id }: { id: number }) {
  return (
    <TextLink to="/fleet/numbers" search={{ id }} size="sm" className="ltr">
      #{id}
    </TextLink>
  );
}
