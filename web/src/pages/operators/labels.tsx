import { Badge, Group, TagsInput, type TagsInputProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** `key=value` each. */
export function Labels({ labels }: { labels: readonly string[] }) {
  return (
    <Group gap={4}>
      {labels.map((label) => (
        <Badge key={label} variant="default" tt="none" size="sm" className="ltr">
          {label}
        </Badge>
      ))}
    </Group>
  );
}

export function LabelsInput(props: TagsInputProps) {
  const { t } = useTranslation('operators');
  const { t: tCommon } = useTranslation();
  return (
    <TagsInput
      placeholder={t('labels.example')}
      description={t('labels.rule')}
      acceptValueOnBlur
      clearable
      maxTags={32}
      clearButtonProps={{ 'aria-label': tCommon('delete') }}
      {...props}
    />
  );
}
