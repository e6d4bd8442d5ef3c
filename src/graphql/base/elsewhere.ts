/**
 * Objects whose fields are answered elsewhere: in another thread, that holds what they are made of. A field of such an object
 * becomes a question, text and variables, that the other side executes on the same schema. Its answer is plain data; from it the
 * fields below are answered here.
 *
 * @module
 */
import {
  type DocumentNode,
  defaultFieldResolver,
  type FieldNode,
  GraphQLError,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLScalarType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  Kind,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { isRecord } from '../../kernel/values/fields.ts';

/** A question about one field, to be executed on the same schema. */
export interface Question {
  readonly document: DocumentNode;
  /** As the request gave them. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** An error of an answer. */
export interface AnswerFault {
  /** From the answered field on. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly extensions: Readonly<Record<string, unknown>>;
  /** The stack, where nobody meant to say it. */
  readonly unexpected: string | undefined;
}

/** What a question came to: data as it would go out to a client, and what went wrong. */
export interface FieldAnswer {
  readonly value: unknown;
  readonly faults: readonly AnswerFault[];
}

/** The response key of the answered field. */
export const answerKey = 'answer';
/** The response key of an object's type: without it an answer could not say which member of a union it is. */
const typeKey = 'formicary_typename';

/** An object whose fields are answered elsewhere. */
export abstract class Elsewhere {
  /** What a field comes to: what its resolver would give. */
  abstract field(info: GraphQLResolveInfo, context: object): unknown;
}

/** Makes a schema answer fields of objects that are elsewhere by asking these, and all others as before. */
export function answeringElsewhere(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isAbstractType(type)) {
      const { resolveType } = type;
      type.resolveType = (value, ...rest) =>
        value instanceof Answered ? value.typeName : resolveType?.(value, ...rest);
    } else if (isObjectType(type) && !type.name.startsWith('__')) {
      for (const field of Object.values(type.getFields())) {
        const resolve = field.resolve ?? defaultFieldResolver;
        field.resolve = (parent: unknown, args, context, info) =>
          parent instanceof Elsewhere ? parent.field(info, context) : resolve(parent, args, context, info);
      }
    }
  }
  return schema;
}

/**
 * The question that a field is, with all that is asked below it.
 *
 * @param variables as the request gave them: they are read once more by whoever answers
 * @param around puts the field in its place below the root
 */
export function questionOf(
  { fieldNodes, fragments, operation }: GraphQLResolveInfo,
  variables: Readonly<Record<string, unknown>>,
  around: (field: FieldNode) => FieldNode,
): Question {
  const [first] = fieldNodes;
  if (first === undefined) throw new Error('a field without a node');
  const below = fieldNodes.flatMap(({ selectionSet }) => selectionSet?.selections ?? []);
  const { directives: _asked, ...rest } = first;
  const field: FieldNode = {
    ...rest,
    alias: { kind: Kind.NAME, value: answerKey },
    ...(below.length === 0 ? {} : { selectionSet: { kind: Kind.SELECTION_SET, selections: below } }),
  };
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        kind: Kind.OPERATION_DEFINITION,
        operation: OperationTypeNode.QUERY,
        ...(operation.variableDefinitions === undefined
          ? {}
          : { variableDefinitions: operation.variableDefinitions }),
        selectionSet: { kind: Kind.SELECTION_SET, selections: [around(field)] },
      },
      ...Object.values(fragments),
    ],
  };
  return { document: withTypes(withoutPlaces(document)), variables };
}

/** A field with literal arguments and one field below it. */
export const fieldAround = (
  name: string,
  args: { readonly [name: string]: string | readonly string[] },
  below: FieldNode,
): FieldNode => ({
  kind: Kind.FIELD,
  name: { kind: Kind.NAME, value: name },
  arguments: Object.entries(args).map(([arg, value]) => ({
    kind: Kind.ARGUMENT,
    name: { kind: Kind.NAME, value: arg },
    value:
      typeof value === 'string'
        ? { kind: Kind.STRING, value }
        : { kind: Kind.LIST, values: value.map((item) => ({ kind: Kind.STRING, value: item })) },
  })),
  selectionSet: { kind: Kind.SELECTION_SET, selections: [below] },
});

/** Without the places in the text that it was parsed from: these hold the whole text, many times over. */
const withoutPlaces = (document: DocumentNode): DocumentNode =>
  visit(document, {
    enter: (node) => {
      if (node.loc === undefined) return undefined;
      const { loc: _place, ...rest } = node;
      return rest;
    },
  });

const typeField: SelectionNode = {
  kind: Kind.FIELD,
  alias: { kind: Kind.NAME, value: typeKey },
  name: { kind: Kind.NAME, value: '__typename' },
};

/** Asks for the type of each object, too. */
const withTypes = (document: DocumentNode): DocumentNode =>
  visit(document, {
    SelectionSet: {
      leave: (node): SelectionSetNode => ({ ...node, selections: [...node.selections, typeField] }),
    },
  });

/** An object as an answer gave it. */
class Answered extends Elsewhere {
  readonly #value: Readonly<Record<string, unknown>>;
  readonly #faults: readonly AnswerFault[];

  constructor(value: Readonly<Record<string, unknown>>, faults: readonly AnswerFault[]) {
    super();
    this.#value = value;
    this.#faults = faults;
  }

  get typeName(): string {
    return String(this.#value[typeKey]);
  }

  field({ path, returnType }: GraphQLResolveInfo): unknown {
    const { key } = path;
    return revived(returnType, { value: this.#value[key], faults: below(this.#faults, key) }, pathOf(path));
  }
}

type Path = readonly (string | number)[];

function pathOf(path: GraphQLResolveInfo['path']): Path {
  const keys: (string | number)[] = [];
  for (let at: typeof path | undefined = path; at !== undefined; at = at.prev) keys.unshift(at.key);
  return keys;
}

const below = (faults: readonly AnswerFault[], key: string | number): readonly AnswerFault[] =>
  faults.length === 0
    ? faults
    : faults.filter(({ path }) => path[0] === key).map((fault) => ({ ...fault, path: fault.path.slice(1) }));

/** What the resolver of a field gives whose answer came from elsewhere; an error where there is none. */
export const answered = (info: GraphQLResolveInfo, answer: FieldAnswer): unknown =>
  revived(info.returnType, answer, pathOf(info.path));

/** A value of an answer as a resolver would give it, so that the schema writes the same again. An error stands for itself. */
function revived(type: GraphQLOutputType, { value, faults }: FieldAnswer, path: Path): unknown {
  if (isNonNullType(type)) return revived(type.ofType, { value, faults }, path);
  if (value === null || value === undefined) return faults[0] === undefined ? null : errorOf(faults[0], path);
  if (isListType(type)) {
    const of = type.ofType;
    const items: readonly unknown[] = Array.isArray(value) ? value : [];
    return items.map((item, at) => revived(of, { value: item, faults: below(faults, at) }, [...path, at]));
  }
  if (isEnumType(type)) return type.getValue(String(value))?.value;
  if (isScalarType(type)) return readAgain(type) ? type.parseValue(value) : value;
  return new Answered(isRecord(value) ? value : {}, faults);
}

/** Scalars that have another value inside than the text that goes out; the others go out as they are. */
const readAgain = ({ name }: GraphQLScalarType): boolean =>
  name === 'Date' || name === 'DateTime' || name === 'Revision';

/** An error as it was there, at its place here. */
function errorOf({ message, extensions, unexpected, path }: AnswerFault, at: Path): Error {
  if (unexpected === undefined)
    return new GraphQLError(message, { extensions: { ...extensions }, path: [...at, ...path] });
  const error = new Error(message);
  error.stack = unexpected;
  return error;
}

/** The faults of an execution, from the answered field on. */
export function faultsOf(
  errors: readonly GraphQLError[],
  depth: number,
  isUnexpected: (error: GraphQLError) => boolean,
): readonly AnswerFault[] {
  return errors.map((error) => ({
    path: (error.path ?? []).slice(depth),
    message: error.message,
    extensions: error.extensions,
    unexpected: isUnexpected(error) ? (error.originalError?.stack ?? error.stack ?? '') : undefined,
  }));
}
