import type { Rule } from '#findings';

/** Rules of zip and tar archives alike. */

export const DISAGREEMENT: Rule = {
  id: 'archive/disagreement',
  title: 'An archive that readers understand differently',
  severity: 'high',
  verdict: 'undetermined',
  rationale:
    'Loaders and scanners take members from different places of an archive: the first or the last of two names, the local header or the directory, a name in another case. Where these differ, a harmless member can be shown to one reader and another one be loaded. All that any reader could see was opened and judged, but which of it is loaded cannot be told.',
  remediation:
    'Ask the publisher for an archive written by the usual tools, or unpack and pack it again with one you trust.',
  cwe: [436, 345],
};

export const HIDDEN_BYTES: Rule = {
  id: 'archive/hidden-bytes',
  title: 'Bytes in an archive that belong to no member',
  severity: 'medium',
  verdict: 'undetermined',
  rationale:
    'Bytes before, between or behind the members are passed over by readers of the archive and read by others: a file that is two formats at once, or content that only a second program finds.',
  remediation: 'Pack the archive again: what belongs to no member is left out.',
  cwe: [434, 912],
};

export const UNSAFE_PATH: Rule = {
  id: 'archive/unsafe-path',
  title: 'A member that would be written outside the folder',
  severity: 'high',
  verdict: 'unsafe',
  rationale:
    'A member with an absolute path, a path upwards, a link out of the archive or a device overwrites or reads files elsewhere when the archive is unpacked without checks.',
  remediation: 'Do not unpack it. Ask the publisher why the archive holds such a member.',
  cwe: [22, 59],
};

export const ENCRYPTED: Rule = {
  id: 'archive/encrypted',
  title: 'An encrypted member',
  severity: 'medium',
  verdict: 'undetermined',
  rationale: 'What is encrypted cannot be judged, and models are not shipped encrypted in archives.',
  remediation: 'Ask the publisher for the content in the clear, over an authenticated channel.',
  cwe: [656],
};

export const BROKEN_CONTENT: Rule = {
  id: 'archive/broken-content',
  title: 'A member whose content breaks off or does not match its checksum',
  severity: 'medium',
  verdict: 'undetermined',
  rationale:
    'Strict readers refuse such a member, PyTorch among others loads it without looking at the checksum. Attackers break members on purpose, so that scanners give up on them.',
  remediation: 'Download the file again; if it stays so, ask the publisher for a whole one.',
  cwe: [354, 703],
};
