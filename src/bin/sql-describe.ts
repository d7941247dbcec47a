/** A query and its one parameter, shown like any other result. */
export interface Description {
  title?: string;
  text: string;
  values: string[];
}

/** The queries behind `\d`, `\dt`, `\dv` and `\d <name>`; undefined for anything else. */
export function descriptions(command: string, name: string | undefined): Description[] | undefined {
  if (command === '\\dt') return [relations(['r', 'p'], name)];
  if (command === '\\dv') return [relations(['v', 'm'], name)];
  if (command !== '\\d') return undefined;
  return name === undefined ? [relations(['r', 'p', 'v', 'm', 'S'], undefined)] : relation(name);
}

function relations(kinds: string[], name: string | undefined): Description {
  return {
    text: `
      SELECT n.nspname AS "Schema", c.relname AS "Name",
        CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view'
          WHEN 'm' THEN 'materialized view' ELSE 'sequence' END AS "Type",
        pg_catalog.pg_get_userbyid(c.relowner) AS "Owner"
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = ANY ($1::"char"[]) AND NOT c.relispartition AND ($2 = '' OR c.relname LIKE $2)
        AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
      ORDER BY 1, 2`,
    values: [`{${kinds.join(',')}}`, (name ?? '').replaceAll('_', '\\_').replaceAll('*', '%')],
  };
}

function relation(name: string): Description[] {
  return [
    {
      title: 'Columns',
      text: `
        SELECT a.attname AS "Column", pg_catalog.format_type(a.atttypid, a.atttypmod) AS "Type",
          CASE WHEN a.attnotnull THEN 'not null' ELSE '' END AS "Nullable",
          CASE WHEN a.attidentity <> '' THEN 'generated as identity'
            ELSE pg_catalog.pg_get_expr(d.adbin, d.adrelid) END AS "Default"
        FROM pg_catalog.pg_attribute a
        LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
      values: [name],
    },
    {
      title: 'Indexes',
      text: `
        SELECT c.relname AS "Name", pg_catalog.pg_get_indexdef(i.indexrelid) AS "Definition"
        FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
        WHERE i.indrelid = $1::regclass ORDER BY i.indisprimary DESC, 1`,
      values: [name],
    },
    {
      title: 'Constraints',
      text: `
        SELECT conname AS "Name", pg_catalog.pg_get_constraintdef(oid) AS "Definition"
        FROM pg_catalog.pg_constraint WHERE conrelid = $1::regclass AND contype <> 'n' ORDER BY contype, 1`,
      values: [name],
    },
    {
      title: 'Referenced by',
      text: `
        SELECT conrelid::regclass AS "Table", pg_catalog.pg_get_constraintdef(oid) AS "Definition"
        FROM pg_catalog.pg_constraint WHERE confrelid = $1::regclass AND contype = 'f' AND conparentid = 0 ORDER BY 1, 2`,
      values: [name],
    },
    {
      title: 'View definition',
      text: `
        SELECT pg_catalog.pg_get_viewdef(oid, true) AS "Definition"
        FROM pg_catalog.pg_class WHERE oid = $1::regclass AND relkind IN ('v', 'm')`,
      values: [name],
    },
  ];
}
