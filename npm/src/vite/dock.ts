// The panel as a dock of Vite DevTools, where that is installed. Its interface is experimental and
// is used by shape; whatever it makes of this, the dev server goes on.

interface DevToolsContext {
  docks?: { register?: (dock: object) => unknown };
}

export interface DevTools {
  setup(context: DevToolsContext): void;
}

// A data URI: an icon by name would be loaded from the network.
const icon =
  'data:image/svg+xml,' +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#3b82f6" stroke-width="2">' +
      '<ellipse cx="12" cy="5" rx="8" ry="3"/><path d="M4 5v14c0 1.7 3.6 3 8 3s8-1.3 8-3V5M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3"/></svg>',
  );

export function dock(url: () => string): DevTools {
  return {
    setup(context) {
      try {
        context.docks?.register?.({
          id: 'ai-cleanup',
          title: 'Connections',
          type: 'iframe',
          icon,
          url: url(),
        });
      } catch {
        // a DevTools of another shape: the panel has its address all the same
      }
    },
  };
}
