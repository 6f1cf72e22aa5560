/* A link that looks like a button: a real link (it can be opened in a new tab), followed inside the console. */
import { Button, type ButtonProps } from "antd";
import type { MouseEvent } from "react";
import { useHref, useLinkClickHandler } from "react-router";

type Props = Omit<ButtonProps, "href" | "onClick"> & { to: string; onGo?: () => void };

export function LinkButton({ to, onGo, ...button }: Props) {
  const href = useHref(to);
  const follow = useLinkClickHandler(to);
  const click = (event: MouseEvent<HTMLElement>) => {
    follow(event as MouseEvent<HTMLAnchorElement>);
    onGo?.();
  };
  return <Button {...button} href={href} onClick={click} />;
}
