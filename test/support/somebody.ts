/** An entry of ADMIN_USERS whose password nobody knows, for processes that want people but are not logged in to. */
export const somebody = `anna:admin:scrypt.15.8.3.${'s'.repeat(22)}.${'k'.repeat(43)}`;
