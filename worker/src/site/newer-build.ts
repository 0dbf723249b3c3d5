/**
 * What a Site object throws whose storage a newer build has written. Other parts recognize it by this text: an error
 * loses its class on its way between objects.
 */
export const newerBuildText = "the site's storage was written by a newer build of the worker";
