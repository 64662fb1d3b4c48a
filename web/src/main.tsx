import { ApolloProvider } from '@apollo/client/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createApollo } from './apollo/client.js';
import { Broken } from './app/broken.js';
import { Entrance } from './app/entrance.js';
import { ErrorBoundary } from './ui/error-boundary.js';
import './styles/tokens.css';
import './styles/base.css';
import './styles/header.css';
import './styles/controls.css';
import './styles/pickers.css';
import './styles/panels.css';
import './styles/charts.css';
import './styles/top-paths.css';
import './styles/audience.css';
import './styles/pages.css';
import './styles/as-of.css';
import './styles/account-menu.css';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <ApolloProvider client={createApollo()}>
      <ErrorBoundary
        fallback={
          <main>
            <Broken />
          </main>
        }
      >
        <Entrance />
      </ErrorBoundary>
    </ApolloProvider>
  </StrictMode>,
);
