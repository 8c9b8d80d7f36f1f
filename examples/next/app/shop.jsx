"use client";

import { wellmet } from "wellmet";
import { WellmetProvider } from "wellmet/react";

export function Shop({ children }) {
  return <WellmetProvider shop={wellmet} options={{ book: "/book/" }}>{children}</WellmetProvider>;
}
