import { beforeEach, describe, expect, test } from 'vitest';

import { Refused } from '../client/contract';
import { Form } from './form.svelte';
import { setLanguage } from './language.svelte';
import { lengthError, nameErrors } from './limits';

let kept = { name: 'old', size: 1 };
let form = new Form(() => kept);

beforeEach(() => {
  setLanguage('en');
  kept = { name: 'old', size: 1 };
  form = new Form(() => kept);
});

describe('a form', () => {
  test('follows what is kept until it is typed into', () => {
    kept = { name: 'other', size: 1 };
    expect(form.fields.name).toBe('other');
    form.fields.name = 'mine';
    kept = { name: 'third', size: 2 };
    expect([form.fields.name, form.fields.size]).toEqual(['mine', 2]);
    expect(form.changes).toEqual({ name: 'mine' });
  });

  test('typing the old value again is no change', () => {
    form.fields.name = 'new';
    form.fields.name = 'old';
    expect(form.dirty).toBe(false);
  });

  test('shows what was saved before the event comes, and then the event', async () => {
    form.fields.name = 'new';
    expect(await form.submit(() => Promise.resolve())).toBe(true);
    expect([form.fields.name, form.dirty, form.saved]).toEqual(['new', false, true]);
    kept = { name: 'new, by another', size: 1 };
    expect(form.fields.name).toBe('new, by another');
  });

  test('says what is wrong at the field, asks nothing, and keeps what was typed', async () => {
    form.fields.name = ' ';
    let asked = 0;
    const done = await form.submit(
      () => Promise.resolve(asked++),
      ({ name }) => ({ name: nameErrors(name) }),
    );
    expect([done, asked, form.fields.name]).toEqual([false, 0, ' ']);
    expect(form.errors.name).toBe('This is needed.');
    form.fields.name = 'x';
    expect(form.errors.name).toBeUndefined();
  });

  test('puts a refusal beside the field that it names, others below', async () => {
    form.fields.name = 'x';
    await form.submit(() => Promise.reject(new Refused({ code: 'invalid', message: 'name: not that', field: 'name' })));
    expect(form.errors.name).toContain('not that');
    await form.submit(() => Promise.reject(new Refused({ code: 'forbidden', message: 'no' })));
    expect([form.errors.name, form.errors.form]).toEqual([undefined, 'You are not allowed to do that.']);
    expect([form.fields.name, form.saved, form.busy]).toEqual(['x', false, false]);
  });

  test('is not sent twice while it is on its way', async () => {
    form.fields.name = 'x';
    let done = (): void => undefined;
    const first = form.submit(() => new Promise<void>((resolve) => (done = resolve)));
    expect(await form.submit(() => Promise.resolve())).toBe(false);
    done();
    expect(await first).toBe(true);
  });

  test('taken back, it is as kept', () => {
    form.fields.name = 'x';
    form.reset();
    expect([form.fields.name, form.dirty]).toEqual(['old', false]);
  });
});

test('lengths are counted in characters, not in halves of them', () => {
  expect(lengthError('😀😀', 0, 2)).toBeUndefined();
  expect(lengthError('abc', 0, 2)).toBe('2 characters at most.');
  expect(lengthError('a', 2, 5)).toBe('2 characters at least.');
});
