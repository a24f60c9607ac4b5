/** What is wrong with a sign-in or sign-up, field by field, before and after the server was asked. */
import { ApiError } from '../api/errors';
import { texts } from '../texts/texts';

/** The same limits as the server's, which judges. */
export const PASSWORD_LENGTH_MIN = 8;
export const PASSWORD_LENGTH_MAX = 128;
export const NAME_LENGTH_MAX = 64;

const EMAIL = /^[^\s@]+@[^\s@]+$/;
const FIELDS = ['name', 'email', 'password'] as const;

export type SignField = (typeof FIELDS)[number];
export type Faults = Partial<Record<SignField, string>>;

export interface SignForm {
  isNew: boolean;
  name: string;
  email: string;
  password: string;
}

/** What can be told without asking the server. */
export function faultsIn({ isNew, name, email, password }: SignForm): Faults {
  const { fault } = texts.sign;
  const faults: Faults = {};
  if (!EMAIL.test(email.trim())) faults.email = fault.email;
  if (!password) faults.password = fault.password;
  if (lengthOf(password) > PASSWORD_LENGTH_MAX)
    faults.password = fault.passwordLong(PASSWORD_LENGTH_MAX);
  if (!isNew) return faults;
  if (!name.trim()) faults.name = fault.name;
  if (lengthOf(name.trim()) > NAME_LENGTH_MAX) faults.name = fault.nameLong(NAME_LENGTH_MAX);
  if (password && lengthOf(password) < PASSWORD_LENGTH_MIN)
    faults.password = fault.passwordShort(PASSWORD_LENGTH_MIN);
  return faults;
}

/** What the server refused, at its fields; nothing where the refusal belongs to none of them. */
export function faultsOf(refusal: unknown): Faults {
  if (!(refusal instanceof ApiError)) return {};
  if (refusal.code === 'email_taken') return { email: texts.errors.byCode.email_taken ?? '' };
  const known = refusal.fields.filter(({ field }) => FIELDS.some((name) => name === field));
  return Object.fromEntries(known.map(({ field, message }) => [field, message]));
}

/** The first field with a fault, in the order of the form. */
export function firstFault(faults: Faults): SignField | undefined {
  return FIELDS.find((field) => faults[field]);
}

/** Characters as people count them, which is how the server counts too. */
function lengthOf(text: string): number {
  return [...text].length;
}
