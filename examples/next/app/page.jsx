import { Cart, ForYou, Greeting, Remember } from "./parts.jsx";

export default function Home() {
  return (
    <main>
      <Greeting />
      <ForYou />
      <Cart />
      <Remember />
    </main>
  );
}
