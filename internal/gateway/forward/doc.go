// Package forward passes frames on to other platforms as they were received
// (转发): a county must also report upward. The queue is a cursor over the store
// of readings, so what is stored is never lost on the way and receiving never
// waits for another platform.
//
// It sends only what devices sent; orders of the other platform are not obeyed.
package forward
