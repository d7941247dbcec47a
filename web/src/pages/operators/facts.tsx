import { SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** Names with what they are; what is unknown shows as a dash. */
export function Facts(props: { facts: readonly (readonly [name: string, fact: ReactNode])[]; columns?: number }) {
  return (
    <SimpleGrid
      component="dl"
      cols={{ base: 1, xs: 2, md: props.columns ?? 3 }}
      spacing="md"
      verticalSpacing="sm"
      m={0}
    >
      {props.facts.map(([name, fact]) => (
        <div key={name}>
          <Text component="dt" size="xs" c="dimmed">
            {name}
          </Text>
          <Text component="dd" size="sm" m={0}>
            {fact ?? '–'}
          </Text>
        </div>
      ))}
    </SimpleGrid>
  );
}
