import { expect, test } from 'vitest';

import { fieldsByNeed } from '../e2e/support/sweep.js';

/** Written down a second time, by hand: whoever lets more people ask for something has to say so here, too. */
const NEEDED = {
  public: ['Query.invitation', 'Query.setUp', 'Query.viewer'],
  'signed-in': [
    'Mutation.acceptInvitation',
    'Mutation.createOrganization',
    'Mutation.leaveOrganization',
    'Mutation.revokeOtherSessions',
    'Mutation.revokeSession',
    'Mutation.switchOrganization',
    'Query.sessions',
    'Query.system',
  ],
  'figures.read': ['Query.site', 'Query.sites', 'Subscription.siteChanged', 'Subscription.sitesChanged'],
  'settings.read': ['Site.eventTypes', 'Site.origins', 'Site.pendingSettings', 'Site.rules', 'Site.visitors'],
  'events.read': ['Query.eventStatus', 'Site.explain', 'Subscription.eventFeed'],
  'events.write': ['Mutation.trackEvent', 'Mutation.trackEvents'],
  'settings.write': [
    'Mutation.addRule',
    'Mutation.cancelPreview',
    'Mutation.changeOrigins',
    'Mutation.changeTimeZone',
    'Mutation.changeVisitorPolicy',
    'Mutation.defineEventType',
    'Mutation.previewRule',
    'Mutation.removeRule',
    'Mutation.renameSite',
    'Mutation.undoRule',
  ],
  'sites.create': ['Mutation.archiveSite', 'Mutation.createSite', 'Mutation.restoreSite'],
  'sites.delete': ['Mutation.cancelSiteDeletion', 'Mutation.deleteSite', 'Mutation.transferSite'],
  'keys.manage': ['Mutation.createKey', 'Mutation.revokeKey', 'Mutation.rotateKey', 'Query.keys'],
  'shares.manage': ['Mutation.createShareLink', 'Mutation.revokeShareLink', 'Query.shareLinks'],
  'audit.read': ['Query.auditTrail'],
  'dead-letters.manage or operate': [
    'Mutation.discardDeadLetters',
    'Mutation.retryDeadLetters',
    'Query.deadLetters',
  ],
  'settings.write or dead-letters.manage or operate': ['Query.job', 'Subscription.jobChanged'],
  'members.read': ['Query.members'],
  'members.manage': [
    'Mutation.cancelInvitation',
    'Mutation.changeMemberRole',
    'Mutation.inviteAgain',
    'Mutation.inviteMember',
    'Mutation.removeMember',
    'Query.invitations',
    'Query.organizationTrail',
  ],
  'organization.manage': ['Mutation.renameOrganization'],
  operate: [
    'Mutation.rebuildProjection',
    'Mutation.retireProjection',
    'Mutation.rollbackProjection',
    'Mutation.swapProjection',
    'Mutation.verify',
    'Query.jobs',
    'Query.projectionComparison',
    'Query.projections',
    'Query.verification',
    'Subscription.jobsChanged',
    'Subscription.projectionsChanged',
  ],
};

test('S07: every query, mutation, subscription and inner field needs what it is meant to need', () => {
  expect(fieldsByNeed()).toEqual(NEEDED);
});
