// Which roles do what with partners; the server decides, this only hides what it would refuse.

export const isOrganiser = (role: string): boolean => role === "organiser" || role === "admin";
export const mayMatch = (role: string): boolean => isOrganiser(role) || role === "partner";
