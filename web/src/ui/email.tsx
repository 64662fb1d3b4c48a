import type { ComponentProps } from 'react';
import { Field } from './form.js';

/** The address of whoever uses the page, as password managers know it. */
export function EmailField(props: Pick<ComponentProps<'input'>, 'autoFocus' | 'defaultValue' | 'readOnly'>) {
  return (
    <Field
      {...props}
      name="email"
      label="E-mail"
      type="email"
      autoComplete="username"
      autoCapitalize="none"
      required
    />
  );
}

const ADDRESS = /^[^\s@]+@[^\s@]+$/;

export const emailFault = (email: string | undefined): string | undefined =>
  ADDRESS.test(email?.trim() ?? '') ? undefined : 'Give an e-mail address.';
