// Package portal answers an enterprise's first page (企业工作台): what waits for
// its environment manager with the clock running, how its outlets stand, and the
// figures of today and this month. It only reads; every row leads to the page
// where the thing is done, and nothing of it is stored.
//
// Whatever it tells belongs to one enterprise, the reader's own. Another's is not
// found, by the same policy that guards the pages behind the rows.
package portal
