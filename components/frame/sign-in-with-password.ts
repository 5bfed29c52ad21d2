/**
 * Signs in through next-auth; loaded when it is used. Answers null on success, else the sentence to show: a wrong pair
 * is not told apart from an unknown address, and a thrown message (rate limit) comes from the server.
 */
export const signInWithPassword = async (email: string, password: string): Promise<string | null> => {
  try {
    const { signIn } = await import('next-auth/react')
    const answer = await signIn('credentials', { redirect: false, email, password })
    if (answer?.ok && !answer.error) return null
    if (answer?.error && answer.error !== 'CredentialsSignin') return answer.error
    return 'E-mail or password is wrong. Nothing was signed in.'
  } catch {
    return 'Signalbox does not answer. Check the connection, then try again.'
  }
}
