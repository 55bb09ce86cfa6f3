import { Fragment } from "react";

/** A name that goes on in the next line, where it must, after one of the signs that names are joined with. */
export function Breakable({ text }: { text: string }) {
  return text.split(/(?<=[_./:-])/).map((part, place) => (
    <Fragment key={place}>
      {place > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
