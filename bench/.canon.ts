import { canonicalText, hashInput, sha256, asciiJson, sorted, type StoredEvent } from '/work/main/src/kernel/events.ts';
import { formatDay } from '/work/main/src/kernel/dates.ts';
import { SqliteLog } from '/work/main/src/store/sqlite.ts';
const log=await SqliteLog.open('/tmp/stg/x');const events:StoredEvent[]=[];for await(const b of log.read(0,'forwards'))events.push(...b);await log.close();
const M=events.length;
async function min(name:string,per:number,f:()=>unknown){let best=Infinity;for(let i=0;i<25;i++){const t=performance.now();await f();best=Math.min(best,performance.now()-t);}console.log(name.padEnd(28),(best*1000/per).toFixed(2),'µs each');}
const field=(t:string)=>`${t.length}:${t},`;
const H='0'.repeat(64);
let kindKey='';let kindText='';let dayKey=-1e9;let dayText='';let timeKey=-1;let timeText='';
function fast(e:StoredEvent,prev:string):string{
 let entry='';const {accounts,minors}=e;
 for(let at=0;at<accounts.length;at++){const a=accounts[at]??'';const m=(minors[at]??0n).toString();entry+=`${a.length}:${a},${m.length}:${m},`;}
 let refs='';for(const r of e.refs)refs+=field(r);
 if(e.effectiveOn!==dayKey){dayKey=e.effectiveOn;dayText=field(formatDay(dayKey));}
 if(e.recordedAt!==timeKey){timeKey=e.recordedAt;timeText=field(String(timeKey));}
 const data=JSON.stringify(e.data);const rev=String(e.revision);
 return `64:${prev},${rev.length}:${rev},${field(e.type)}${field(String(e.schemaVersion))}${field(e.kind)}${field(e.segment)}${field(e.subject)}${field(refs)}${dayText}${timeText}${field(e.actor)}${e.cause===null?'-,':field(String(e.cause))}${e.correlation===null?'-,':field(e.correlation)}${e.key===null?'-,':field(e.key)}${e.inputHash===null?'-,':field(e.inputHash)}${e.header===null?'-,':field(JSON.stringify(e.header))}${field(data)}${field(entry)}`;
}
let same=0;for(const e of events)if(fast(e,H)===canonicalText(e,H))same++;console.log(same,M);
await min('canonicalText',M,()=>{for(const e of events)canonicalText(e,H);});
await min('canonical+sha',M,()=>{for(const e of events)sha256(canonicalText(e,H));});
await min('fast',M,()=>{for(const e of events)fast(e,H);});
await min('fast+sha',M,()=>{for(const e of events)sha256(fast(e,H));});
const inputs=events.map(e=>e.data as Record<string,unknown>);
function sortedNames(names:string[]){let ordered=true;for(let i=1;i<names.length;i++)if((names[i-1]??'')>(names[i]??'')){ordered=false;break;}return ordered?names:names.sort();}
function flat(on:string,command:string,inputs:Record<string,unknown>):string|undefined{
 let text='';for(const n of sortedNames(Object.keys(inputs))){const v=inputs[n];if(typeof v!=='string'&&typeof v!=='boolean')return undefined;const c=n.charCodeAt(0);if(c>=48&&c<=57)return undefined;text+=`${text===''?'':','}${JSON.stringify(n)}:${JSON.stringify(v)}`;}
 return `[${JSON.stringify(on)},${JSON.stringify(command)},{${text}}]`;
}
await min('hashInput',M,()=>{for(const i of inputs)hashInput('2016-01-01','topUp',i);});
await min('flat+sha',M,()=>{for(const i of inputs)sha256(flat('2016-01-01','topUp',i)??'');});
const shape=(i:Record<string,unknown>)=>{const names=Object.keys(i);const o:Record<string,unknown>={};for(const n of sortedNames(names))o[n]=i[n];return o;};
await min('shape+sha',M,()=>{for(const i of inputs)sha256(asciiJson(['2016-01-01','topUp',shape(i)]));});
