/* Buttons and links that look like them. One primary button a view; what is quiet has a frame or nothing. */
import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Link, type LinkProps } from "react-router";
import { Icon, type IconName } from "./icon";

export type Look = "primary" | "plain" | "quiet" | "danger";

interface Shape {
  look?: Look;
  small?: boolean;
  wide?: boolean;
  icon?: IconName | undefined;
  /** After the text. */
  iconAfter?: IconName | undefined;
}

function classes({ look = "plain", small = false, wide = false }: Shape, iconOnly: boolean): string {
  return ["button", `button-${look}`, small && "button-small", wide && "button-wide", iconOnly && "button-icon"]
    .filter(Boolean)
    .join(" ");
}

type ButtonProps = Shape &
  Omit<ButtonHTMLAttributes<HTMLButtonElement>, "className"> & {
    /** Works: it says so, and a further press does nothing. */
    busy?: boolean;
    children?: ReactNode;
  };

export function Button({ look, small, wide, icon, iconAfter, busy = false, children, onClick, ...rest }: ButtonProps) {
  const shape: Shape = { ...(look && { look }), ...(small && { small }), ...(wide && { wide }) };
  return (
    <button
      type="button"
      {...rest}
      className={classes(shape, children === undefined)}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    >
      {busy ? <Icon name="work" turns /> : icon !== undefined && <Icon name={icon} />}
      {children !== undefined && <span>{children}</span>}
      {iconAfter !== undefined && <Icon name={iconAfter} />}
    </button>
  );
}

export function LinkButton({ look, small, wide, icon, iconAfter, children, ...rest }: Shape & LinkProps) {
  const shape: Shape = { ...(look && { look }), ...(small && { small }), ...(wide && { wide }) };
  return (
    <Link {...rest} className={classes(shape, false)}>
      {icon !== undefined && <Icon name={icon} />}
      <span>{children}</span>
      {iconAfter !== undefined && <Icon name={iconAfter} />}
    </Link>
  );
}
