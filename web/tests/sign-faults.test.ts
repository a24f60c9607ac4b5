import { describe, expect, it } from 'vitest';
import { ApiError } from '../src/api/errors';
import { faultsIn, faultsOf, firstFault } from '../src/session/sign-faults';
import { texts } from '../src/texts/texts';

const FORM = { isNew: true, name: 'Petr', email: 'petr@example.org', password: 'long enough' };

describe('faults of a sign-up', () => {
  it('are none where all is well', () => {
    expect(faultsIn(FORM)).toEqual({});
  });

  it.each([
    [{ name: '  ' }, ['name']],
    [{ name: 'п'.repeat(64) }, []],
    [{ name: 'п'.repeat(65) }, ['name']],
    [{ email: 'petr' }, ['email']],
    [{ email: ' petr@example.org ' }, []],
    [{ password: '' }, ['password']],
    [{ password: '1234567' }, ['password']],
    [{ password: '12345678' }, []],
    [{ password: '🎬'.repeat(8) }, []],
    [{ password: 'x'.repeat(128) }, []],
    [{ password: 'x'.repeat(129) }, ['password']],
    [{ name: '', email: '', password: '' }, ['email', 'password', 'name']],
  ])('%j', (change, fields) => {
    expect(Object.keys(faultsIn({ ...FORM, ...change }))).toEqual(fields);
  });

  it('are fewer when somebody signs in: old passwords may be short', () => {
    expect(faultsIn({ ...FORM, isNew: false, name: '', password: 'old' })).toEqual({});
  });

  it('point at the first field of the form', () => {
    expect(firstFault(faultsIn({ ...FORM, name: '', password: '' }))).toBe('name');
    expect(firstFault({})).toBeUndefined();
  });
});

describe('faults that the server finds', () => {
  it('stand at the field they are about', () => {
    const refusal = new ApiError(422, 'invalid', 'name: is odd', [
      { field: 'name', message: 'is odd' },
      { field: 'other', message: 'is unknown' },
    ]);
    expect(faultsOf(refusal)).toEqual({ name: 'is odd' });
  });

  it('name the e-mail address that is taken', () => {
    const taken = texts.errors.byCode.email_taken;
    expect(faultsOf(new ApiError(409, 'email_taken', ''))).toEqual({ email: taken });
  });

  it('belong to no field where the pair of both is wrong', () => {
    expect(faultsOf(new ApiError(401, 'wrong_credentials', ''))).toEqual({});
    expect(faultsOf(new Error('broken'))).toEqual({});
  });
});
