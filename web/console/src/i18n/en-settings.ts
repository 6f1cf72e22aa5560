/* English texts of the settings: the team, the password, sessions, the sign-in itself. */

export const enSettings = {
  // an account of a panel
  "account.byPanelHelp": "The panel of your shop lets you in; there is no password here.",
  "account.byPanelTeam": "Who works in this account is said by the panel that it belongs to.",
  // the audit trail
  "audit.intro": "Everything done on your account: by you, by an operator, or by the system.",
  // the password
  "password.title": "Change password",
  "password.current": "Current password",
  "password.submit": "Change password",
  "password.note": "This signs out your other devices.",
  // where one is signed in
  "sessions.title": "Where you are signed in",
  "sessions.where": "Browser",
  "sessions.unknown": "Unknown",
  "sessions.this": "This device",
  "sessions.network": "Network",
  "sessions.seen": "Last seen",
  "sessions.since": "Since",
  "sessions.end": "Sign out",
  "sessions.ended": "Signed out there",
  "sessions.endOthers": "Sign out everywhere else",
  "sessions.othersEnded": "{n} {n|session|sessions} signed out",
  // who works in the account
  "team.name": "Name of the account",
  "team.nameHelp": "Members see it in their menu, and who is invited in the letter.",
  "team.named": "The account has a new name",
  "team.invite": "Invite somebody",
  "team.send": "Send invitation",
  "team.invited": "The invitation was sent to {email}",
  "team.seats": "{n} of {seats} seats are taken. Members and open invitations take a seat each.",
  "team.morePlans": "See the plans",
  "team.full":
    "All {seats} seats are taken. Remove a member or revoke an invitation to invite somebody else, or choose a plan with more seats.",
  "team.you": "you",
  "team.presence": "There",
  "team.here": "Here now",
  "team.lastHere": "Last here",
  "team.make": "Make: {role}",
  "team.changed": "The role was changed",
  "team.remove": "Remove",
  "team.removeTitle": "Remove this member?",
  "team.removeText": "{email} can no longer work in this account, at once.",
  "team.removed": "The member was removed",
  "team.leave": "Leave this account",
  "team.leaveTitle": "Leave this account?",
  "team.leaveText": "You can no longer work in it. To come back you need another invitation.",
  "team.left": "You have left the account",
  "team.open": "Open invitations",
  "team.noneOpen": "No invitation is open.",
  "team.until": "Expires",
  "team.revoke": "Revoke",
  "team.revokeTitle": "Revoke this invitation?",
  "team.revokeText": "The link in the mail to {email} no longer works.",
  "team.revoked": "The invitation was revoked",
  "team.may.owner": "May do everything, also pay and give every role.",
  "team.may.admin": "May do everything but change owners.",
  "team.may.agent": "Answers customers; sees no money and no keys.",
  "team.may.viewer": "Sees everything and changes nothing.",
  // a sign-in taken out
  "erase.title": "Delete my sign-in",
  "erase.intro":
    "Your name, address, picture, password and sessions are deleted. What you said to customers stays, without your name.",
  "erase.text":
    "You leave all accounts at once. An account that is yours alone and has no shops is closed, and its credits are lost. This cannot be undone.",
  "erase.ok": "Delete for good",
} as const;
