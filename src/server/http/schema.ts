/**
 * The schema, put together from every room's types.
 *
 * @module
 */
import { lexicographicSortSchema, printSchema } from 'graphql';
import '../../audit/graphql/index.ts';
import { answeringElsewhere } from '../../graphql/base/elsewhere.ts';
import { addCommands, addReasons, addSubjects, builder } from '../../graphql/index.ts';
import '../../scenario/graphql/index.ts';
import '../../segments/graphql.ts';
import { house } from '../../segments/index.ts';

addReasons();
addCommands(house);
addSubjects(house);

/** The whole graph. */
export const schema = answeringElsewhere(builder.toSchema());

/** The schema as schema/schema.graphql holds it: sorted, so that a change shows as what it is. */
export const printedSchema = (): string => `${printSchema(lexicographicSortSchema(schema))}\n`;
