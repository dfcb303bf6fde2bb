// The page: start a session, see the last ones.
import { type FormEvent, useEffect, useState } from 'react';

interface Session {
  id: number;
  topic: string;
  startedAt: string;
}

export function App() {
  const [sessions, setSessions] = useState<Session[]>([]);
  const [topic, setTopic] = useState('');

  const load = async () => {
    setSessions((await (await fetch('/api/sessions')).json()) as Session[]);
  };
  useEffect(() => void load(), []);

  const start = async (event: FormEvent) => {
    event.preventDefault();
    await fetch('/api/sessions', { method: 'POST', body: JSON.stringify({ topic }) });
    setTopic('');
    await load();
  };

  return (
    <main>
      <h1>Tutor sessions</h1>
      <form onSubmit={start}>
        <input
          aria-label="Topic"
          placeholder="What shall we learn?"
          value={topic}
          onChange={(event) => setTopic(event.target.value)}
        />
        <button type="submit" disabled={topic === ''}>
          Start
        </button>
      </form>
      <ul>
        {sessions.map(({ id, topic, startedAt }) => (
          <li key={id}>
            {topic} <time>{new Date(startedAt).toLocaleString()}</time>
          </li>
        ))}
      </ul>
    </main>
  );
}
