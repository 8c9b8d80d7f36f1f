import { Shop } from "./shop.jsx";
import "./page.css";

export const metadata = { title: "wellmet with Next", icons: { icon: "data:," } };

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body data-wm-page="home">
        <Shop>{children}</Shop>
      </body>
    </html>
  );
}
