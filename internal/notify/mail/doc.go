// Package mail carries notices by e-mail over SMTP (邮件).
//
// One message a delivery, named by it: a message that is sent again after a
// broken line bears the same Message-ID, by which mail systems drop the second.
// What the server says decides: 4xx is tried again, 5xx is given up, and what
// goes wrong before the envelope (name, line, TLS, sign-in) is the channel's
// trouble, not the message's.
package mail
