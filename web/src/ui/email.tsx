import { Field } from './form.js';

/** The address of whoever uses the page, as password managers know it. */
export function EmailField({ autoFocus }: { readonly autoFocus?: boolean }) {
  return (
    <Field
      name="email"
      label="E-mail"
      type="email"
      autoComplete="username"
      autoCapitalize="none"
      autoFocus={autoFocus}
      required
    />
  );
}

const ADDRESS = /^[^\s@]+@[^\s@]+$/;

export const emailFault = (email: string | undefined): string | undefined =>
  ADDRESS.test(email?.trim() ?? '') ? undefined : 'Give an e-mail address.';
