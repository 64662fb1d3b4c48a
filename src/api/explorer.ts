import type { ApolloServerPlugin } from '@apollo/server';

/** GraphiQL for people, outside production: one page from the installed package, nothing from another host. */
export const explorer: ApolloServerPlugin = {
  async serverWillStart() {
    return {
      async renderLandingPage() {
        return { html: explorerPage };
      },
    };
  },
};

let page: Promise<string> | undefined;

// The package is 9 MB of text: read when somebody looks at it.
function explorerPage(): Promise<string> {
  page ??= import('@graphql-yoga/render-graphiql').then(({ renderGraphiQL }) =>
    renderGraphiQL({
      title: 'Tidemark GraphQL',
      subscriptionsProtocol: 'WS',
      defaultQuery: '{ sites { id coverage { from to } } }',
    }),
  );
  return page;
}
