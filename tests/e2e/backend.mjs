export async function backend() {}
