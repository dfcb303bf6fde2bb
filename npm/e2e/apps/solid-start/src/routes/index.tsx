// A page, since the framework wants one.
export default function Home() {
  return <p>Nothing is here.</p>;
}
