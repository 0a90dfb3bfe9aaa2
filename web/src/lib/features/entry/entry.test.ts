import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import type { Component } from 'svelte';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { Refused } from '../../client/contract';
import { setLanguage } from '../../ui/language.svelte';
import { asApp, channel, FakeApp } from '../shell/testing/fake.svelte';
import Host from '../shell/testing/Host.svelte';
import Entry from './Entry.svelte';
import { first } from './first';
import { placed, problems } from './problems';

const good = { username: 'alice', password: 'correct horse', display_name: '', email: '' };
const ALL = ['username', 'password', 'display_name', 'email'];
let fake: FakeApp;

beforeEach(() => {
  setLanguage('en');
  location.hash = '#/';
  fake = new FakeApp();
});
afterEach(cleanup);

function show(): void {
  render(Host, { app: asApp(fake), what: Entry as Component<Record<string, unknown>> });
}

test.each([
  [{ ...good }, []],
  [{ ...good, username: 'a' }, ['username']],
  [{ ...good, username: 'a@b' }, ['username']],
  [{ ...good, username: 'x'.repeat(51) }, ['username']],
  [{ ...good, password: 'short' }, ['password']],
  [{ ...good, username: 'longer-name', password: 'LONGER-name' }, ['password']],
  [{ ...good, password: 'x'.repeat(257) }, ['password']],
  [{ ...good, email: 'nobody' }, ['email']],
  [{ ...good, display_name: '名'.repeat(101) }, ['display_name']],
  [{ username: '', password: '', display_name: '', email: '' }, ['username', 'password']],
])('what would be refused of %o stands at %o', (wanted, fields) => {
  expect(Object.keys(problems(wanted))).toEqual(fields);
});

test('a refusal stands at the field that it names, without the name of the field', () => {
  const refused = new Refused({ code: 'invalid', message: 'email: it must look like name@example.org', field: 'email' });
  expect(placed(refused, ALL)).toEqual({ email: 'it must look like name@example.org' });
  expect(Object.keys(placed(new Refused({ code: 'conflict', message: 'taken' }), ALL))).toEqual(['username']);
  expect(Object.keys(placed(new Refused({ code: 'conflict', message: 'taken', field: 'email' }), ALL))).toEqual(['email']);
});

test('a refusal of no field, or of one that is not shown, stands below the form', () => {
  expect(Object.keys(placed(new Refused({ code: 'invalid', message: 'x', field: 'elsewhere' }), ALL))).toEqual(['form']);
  expect(Object.keys(placed(new Refused({ code: 'network', message: '' }), ALL))).toEqual(['form']);
  expect(placed(new Refused({ code: 'unauthorized', message: '' }), ['login', 'password']).form).toContain('wrong');
  expect(placed(new TypeError('broken'), ALL).form).toContain('broken');
});

test('the page has the name of the place, and says where registration is closed', async () => {
  fake.about = { ...fake.about, registration: 'closed' };
  show();
  expect(await screen.findByText('Sign in to Our place')).toBeTruthy();
  expect(await screen.findByText(/Registration is closed here/)).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Sign up' })).toBeNull();
});

test('a wrong password is said below the form, and what was typed stays', async () => {
  fake.refuses = { code: 'unauthorized', message: 'no' };
  show();
  const login = await screen.findByLabelText<HTMLInputElement>('User name or e-mail');
  await fireEvent.input(login, { target: { value: 'alice' } });
  await fireEvent.input(screen.getByLabelText('Password'), { target: { value: 'wrong' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Sign in' }));
  expect((await screen.findByRole('alert')).textContent).toContain('user name or the password is wrong');
  expect(login.value).toBe('alice');
  expect(fake.asked).toEqual(['signIn alice']);
});

test('who is disabled is told so', () => {
  expect(placed(new Refused({ code: 'forbidden', message: '' }), ['login', 'password']).form).toContain('disabled');
});

test.each([
  ['alice', { 'User name': 'alice', 'E-mail (optional)': '' }],
  ['alice@example.org', { 'User name': '', 'E-mail (optional)': 'alice@example.org' }],
])('%s, typed to sign in, is there when one signs up, and back', async (typed, there) => {
  show();
  await fireEvent.input(await screen.findByLabelText('User name or e-mail'), { target: { value: typed } });
  await fireEvent.input(screen.getByLabelText('Password'), { target: { value: 'correct horse' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Sign up' }));
  for (const [label, value] of Object.entries({ ...there, Password: 'correct horse' })) {
    expect(screen.getByLabelText<HTMLInputElement>(label).value).toBe(value);
  }
  await fireEvent.click(screen.getByRole('button', { name: 'Sign in' }));
  expect(screen.getByLabelText<HTMLInputElement>('User name or e-mail').value).toBe(typed);
});

test('with no administrator yet signing up comes first, and leads to the page that takes the token', async () => {
  fake.about = { ...fake.about, claimable: true };
  show();
  await fireEvent.input(await screen.findByLabelText('User name'), { target: { value: ' alice ' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Sign up' }));
  expect(screen.getByLabelText('Password').getAttribute('aria-invalid')).toBe('true');
  expect(fake.asked).toEqual([]);
  await fireEvent.input(screen.getByLabelText('Password'), { target: { value: 'correct horse' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Sign up' }));
  await waitFor(() => expect(location.hash).toBe('#/claim'));
  expect(fake.asked).toEqual(['signUp {"username":"alice","password":"correct horse"}']);
});

test('after an invite one goes to the first channel, or to the server’s page where there is none', () => {
  expect(first([channel('12', { position: 1 }), channel('11', { position: 0 })], '50')).toBe('#/c/11');
  expect(first([], '50')).toBe('#/s/50/settings/overview');
});
